import { describe, expect, it } from 'vitest';
import type { Container } from '#workload/model/container.ts';
import { valueIn } from '#workload/model/setting.ts';
import { readFrom } from '#workload/workloads.fixture.ts';

type Files = Readonly<Record<string, string>>;

/** The containers of a project by their names. */
async function containers(files: Files, variables: Files = {}): Promise<Readonly<Record<string, Container>>> {
  const read = await readFrom(files, variables);
  expect(read.problems).toEqual([]);
  const all = read.documents.flatMap(({ workloads }) => workloads.flatMap((workload) => workload.containers));
  return Object.fromEntries(all.map((container) => [container.name, container]));
}

async function container(text: string, variables: Files = {}, beside: Files = {}): Promise<Container> {
  const { web } = await containers({ 'compose.yaml': text, ...beside }, variables);
  if (web === undefined) throw new Error('no service web');
  return web;
}

const dollar = '$';
const image = (text: string) => `services:\n  web:\n    image: ${JSON.stringify(text)}\n`;
const mounts = ({ mounts: all }: Container) => all.map(({ at: _, ...mount }) => mount);

describe('variables are filled in', () => {
  it.each([
    [`${dollar}TAG`, { TAG: '1' }, '1'],
    [`a:${dollar}{TAG}-x`, { TAG: '1' }, 'a:1-x'],
    [`${dollar}{TAG:-2}`, {}, '2'],
    [`${dollar}{TAG:-2}`, { TAG: '' }, '2'],
    [`${dollar}{TAG-2}`, { TAG: '' }, ''],
    [`${dollar}{TAG:-${dollar}{OTHER:-3}}`, {}, '3'],
    [`${dollar}{TAG:+on}`, { TAG: '1' }, 'on'],
    [`a${dollar}{TAG:+on}`, {}, 'a'],
    [`${dollar}{TAG:?must be set}`, { TAG: '1' }, '1'],
    [`a${dollar}${dollar}b`, {}, `a${dollar}b`],
  ])('%s with %j', async (text, variables, expected) => {
    expect(valueIn((await container(image(text), variables as Files)).image) ?? '').toBe(expected);
  });

  it.each([`${dollar}TAG`, `a:${dollar}{TAG}`, `${dollar}{TAG:?must be set}`, `${dollar}{TAG:?}`])(
    '%s is unknown where nobody sets it',
    async (text) => {
      expect((await container(image(text))).image).toMatchObject({ state: 'unknown' });
    },
  );

  it('from the file .env, and the shell goes before it', async () => {
    const env = { '.env': '# c\nexport TAG="1.2" # why\nOTHER=x\n' };
    expect(valueIn((await container(image(`${dollar}TAG`), {}, env)).image)).toBe('1.2');
    expect(valueIn((await container(image(`${dollar}TAG`), { TAG: '3' }, env)).image)).toBe('3');
  });

  it.each([`${dollar}{TAG`, `${dollar}{}`, `${dollar}{TAG!x}`, `${dollar}1`])('%s is a problem', async (text) => {
    const read = await readFrom({ 'compose.yaml': image(text) });
    expect(read.problems).toMatchObject([
      { code: 'COMPOSE_VARIABLE', message: expect.stringContaining('compose.yaml:3:12') },
    ]);
  });

  it('and what they leave open is not taken for something else', async () => {
    const web = await container(
      `services:\n  web:\n    ports: ["${dollar}{BIND}:80:80", "${dollar}{PORT}:80"]\n    volumes: ["${dollar}{DIR}/x:/data", "${dollar}{DIR}:/other"]\n`,
    );
    expect(web.ports.map(({ address }) => address)).toEqual([expect.stringMatching(/./), undefined]);
    expect(mounts(web)).toEqual([
      { kind: 'volume', target: '/data', readOnly: false },
      { kind: 'volume', target: '/other', readOnly: false },
    ]);
  });
});

describe('short and long forms say the same', () => {
  it('of ports', async () => {
    const web = await container(`services:
  web:
    ports:
      - 80
      - "8080:80"
      - "127.0.0.1:8081:81/udp"
      - "[::1]:8082:82"
      - "9000-9002:9000-9002"
      - {target: 83, published: "8083", host_ip: 127.0.0.1}
      - target: 84
`);
    expect(web.ports.map(({ at: _, ...port }) => port)).toEqual([
      { container: 80, host: undefined, address: undefined },
      { container: 80, host: 8080, address: undefined },
      { container: 81, host: 8081, address: '127.0.0.1' },
      { container: 82, host: 8082, address: '::1' },
      { container: 9000, host: 9000, address: undefined },
      { container: 83, host: 8083, address: '127.0.0.1' },
      { container: 84, host: undefined, address: undefined },
    ]);
  });

  it('of volumes', async () => {
    const web = await container(`services:
  web:
    volumes:
      - /anonymous
      - named:/named
      - ./here:/here:ro
      - /etc:/etc:ro,rshared
      - C:\\data:/windows
      - {type: bind, source: /srv, target: /srv, bind: {propagation: shared}}
      - {type: volume, source: named, target: /again, read_only: true}
      - {type: volume, target: /nameless}
      - {type: tmpfs, target: /memory}
      - bound:/bound
    tmpfs: /tmp:size=1m
volumes:
  named: {}
  bound: {driver_opts: {type: none, o: "bind,rw", device: /srv/bound}}
`);
    expect(mounts(web)).toEqual([
      { kind: 'anonymous', target: '/anonymous', readOnly: false },
      { kind: 'volume', source: 'named', target: '/named', readOnly: false },
      { kind: 'host', source: './here', target: '/here', readOnly: true },
      { kind: 'host', source: '/etc', target: '/etc', readOnly: true, propagation: 'rshared' },
      { kind: 'host', source: 'C:\\data', target: '/windows', readOnly: false },
      { kind: 'host', source: '/srv', target: '/srv', readOnly: false, propagation: 'shared' },
      { kind: 'volume', source: 'named', target: '/again', readOnly: true },
      { kind: 'anonymous', target: '/nameless', readOnly: false },
      { kind: 'memory', target: '/memory', readOnly: false },
      { kind: 'host', source: '/srv/bound', target: '/bound', readOnly: false },
      { kind: 'memory', target: '/tmp', readOnly: false },
    ]);
  });

  it('of environment, commands and limits', async () => {
    const list = await container(`services:
  web:
    environment: [A=1, B, "C=x=y"]
    command: sh -c "sleep 1" 'a b'
    mem_limit: 1g
    cpus: 0.5
    pids_limit: 10
`);
    const map = await container(`services:
  web:
    environment: {A: 1, B: , C: x=y}
    command: [sh, -c, sleep 1, a b]
    deploy: {resources: {limits: {memory: 1g, cpus: "0.5", pids: 10}}}
`);
    for (const web of [list, map]) {
      expect(web.environment.map(({ name, value }) => [name, value])).toEqual([
        ['A', '1'],
        ['B', undefined],
        ['C', 'x=y'],
      ]);
      expect(web.words).toEqual(['sh', '-c', 'sleep 1', 'a b']);
      expect([web.memoryLimit, web.cpuLimit, web.pidsLimit].map(valueIn)).toEqual(['1g', '0.5', '10']);
    }
  });
});

describe('what a file names besides', () => {
  it('services extend others, here and elsewhere, and what they say themselves counts', async () => {
    const all = await containers({
      'compose.yaml': `services:
  web:
    extends: {file: base/common.yaml, service: hard}
    cap_add: [CHOWN]
    command: [mine]
    environment: {A: mine}
  job:
    extends: web
`,
      'base/common.yaml': `services:
  root: {privileged: true, command: [theirs], environment: [A=theirs, B=theirs]}
  hard: {extends: root, cap_add: [KILL]}
`,
    });
    for (const name of ['web', 'job']) {
      const one = all[name];
      expect(valueIn(one?.privileged)).toBe(true);
      expect(one?.addedCapabilities.map(({ value }) => value)).toEqual(['KILL', 'CHOWN']);
      expect(one?.words).toEqual(['mine']);
      expect(one?.environment.map(({ name: variable, value }) => `${variable}=${value}`)).toEqual([
        'A=mine',
        'B=theirs',
      ]);
    }
    // Where it stands is where a person goes to mend it.
    expect(all['web']?.privileged?.at).toMatchObject({ path: 'base/common.yaml', line: 2 });
  });

  it('files are included, in each other too', async () => {
    const all = await containers({
      'compose.yaml': 'include: [a/compose.yaml, {path: [b.yaml]}]\nservices: {web: {image: w}}\n',
      'a/compose.yaml': 'include: [c.yaml]\nservices: {a: {image: a}}\n',
      'a/c.yaml': 'services: {c: {image: c}}\n',
      'b.yaml': 'services: {b: {image: b}}\n',
    });
    expect(Object.keys(all).sort()).toEqual(['a', 'b', 'c', 'web']);
  });

  it('an override beside it is over it, and is not judged alone', async () => {
    const files = {
      'compose.yaml': 'services: {web: {image: w, privileged: true, ports: ["80:80"], cap_add: [KILL]}}\n',
      'compose.override.yaml':
        'services:\n  web:\n    ports: ["81:81"]\n    privileged: false\n    cap_add: !reset []\n',
    };
    const { web } = await containers(files);
    expect([valueIn(web?.privileged), web?.ports.map(({ host }) => host), web?.addedCapabilities]).toEqual([
      false,
      [80, 81],
      [],
    ]);
    expect((await readFrom(files, {}, 'compose.override.yaml')).documents).toEqual([]);
  });

  it.each([
    ['a file that is not there', 'include: [no.yaml]\nservices: {web: {image: w}}\n'],
    ['an address', 'include: ["https://example.org/compose.yaml"]\nservices: {web: {image: w}}\n'],
    ['a service that is not there', 'services: {web: {extends: no}}\n'],
    ['itself', 'services: {web: {extends: job}, job: {extends: web}}\n'],
    ['its own file', 'include: [compose.yaml]\nservices: {web: {image: w}}\n'],
  ])('%s is a problem, and the rest is judged', async (_, text) => {
    const read = await readFrom({ 'compose.yaml': text });
    expect(read.problems.map(({ code }) => code)).toContain('COMPOSE_NOT_READ');
    expect(read.documents.map(({ name }) => name)).toContain('service/web');
  });
});

describe('networks', () => {
  it('are the default one unless others are named', async () => {
    const all = await containers({
      'compose.yaml':
        'services:\n  a: {image: a}\n  b: {image: b, networks: [x, y]}\n  c: {image: c, networks: {x: {aliases: [d]}}}\n  e: {image: e, network_mode: host}\n',
    });
    expect(Object.values(all).map(({ networks }) => networks)).toEqual([['default'], ['x', 'y'], ['x'], []]);
    expect(valueIn(all['e']?.host.network)).toBe(true);
  });
});
