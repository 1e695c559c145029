import { describe, expect, it } from 'vitest';
import { daemonOptions } from '#workload/host/daemon-options.ts';
import type { ContainerFacts, EngineFacts, FileFacts, HostFacts } from '#workload/host/host-facts.ts';
import { HOST_CHECKS } from '#workload/host/list.ts';
import { readFrom, rulesOf } from '#workload/workloads.fixture.ts';

const collected = <T>(value: T) => ({ state: 'collected', value }) as const;
const failed = { state: 'failed', why: 'It was not to be had.' } as const;

const GOOD_ENGINE: EngineFacts = {
  version: '29.3.1',
  podman: false,
  rootDirectory: '/var/lib/docker',
  storageDriver: 'overlay2',
  loggingDriver: 'journald',
  securityOptions: ['name=seccomp,profile=builtin', 'name=userns', 'name=rootless', 'name=no-new-privileges'],
  liveRestore: true,
  swarm: false,
  experimental: false,
  authorization: ['judge'],
  insecureRegistries: [],
  bridgeOpen: false,
};
const BAD_ENGINE: EngineFacts = {
  ...GOOD_ENGINE,
  storageDriver: 'aufs',
  loggingDriver: 'json-file',
  securityOptions: ['name=seccomp,profile=unconfined'],
  liveRestore: false,
  experimental: true,
  authorization: [],
  insecureRegistries: ['registry.example'],
  bridgeOpen: true,
};
const TLS = {
  tlsverify: true,
  tlscacert: '/tls/ca',
  tlscert: '/tls/cert',
  tlskey: '/tls/key',
  hosts: ['tcp://0.0.0.0:2376'],
};
const GOOD_OPTIONS = { ...TLS, 'userland-proxy': false, 'default-ulimits': { nofile: {} }, 'no-new-privileges': true };
const BAD_OPTIONS = {
  ...TLS,
  tlsverify: false,
  'log-level': 'debug',
  iptables: false,
  'cgroup-parent': '/x',
  'storage-opts': ['dm.basesize=20G'],
};

/** A container as an engine tells it. */
async function container(name: string, host: object, config: object, own: Partial<ContainerFacts> = {}) {
  const text = JSON.stringify([
    {
      ...{ Id: 'b'.repeat(64), Name: `/${name}`, Image: `sha256:${'a'.repeat(64)}`, HostConfig: host, ...config },
      Config: { Image: 'x:1', ...config },
    },
  ]);
  const found = (await readFrom({ 'c.json': text })).documents[0]?.workloads[0]?.containers[0];
  if (found === undefined) throw new Error('no container');
  const rules = await rulesOf(text, 'c.json');
  const facts: ContainerFacts = {
    ...{
      name,
      container: found,
      rules: new Set(rules.map((rule) => `run/${rule}`)),
      restart: 'no',
      restartAttempts: 0,
    },
    ...{ limitsChanged: false, cgroupParent: '', programs: collected(['app']), ...own },
  };
  return facts;
}
const GOOD_CONTAINER = await container(
  'fine',
  {
    ...{ NetworkMode: 'front', Memory: 64e6, NanoCpus: 5e8, PidsLimit: 50, ReadonlyRootfs: true, CapDrop: ['ALL'] },
    SecurityOpt: ['no-new-privileges'],
  },
  { User: '1000', Healthcheck: { Test: ['CMD', 'true'] } },
);
const BAD_CONTAINER = await container(
  'bad',
  {
    ...{
      Privileged: true,
      NetworkMode: 'bridge',
      PidMode: 'host',
      IpcMode: 'host',
      UTSMode: 'host',
      UsernsMode: 'host',
    },
    SecurityOpt: ['apparmor=unconfined', 'label=disable', 'seccomp=unconfined'],
    CapAdd: ['SYS_ADMIN'],
    Devices: [{ PathOnHost: '/dev/sda' }],
    PortBindings: { '22/tcp': [{ HostIp: '', HostPort: '22' }] },
    Mounts: [],
    Binds: ['/etc:/host', '/var/run/docker.sock:/s', '/srv:/srv:shared'],
  },
  {
    Mounts: [
      { Type: 'bind', Source: '/etc', Destination: '/host', RW: true },
      { Type: 'bind', Source: '/var/run/docker.sock', Destination: '/s', RW: true },
      { Type: 'bind', Source: '/srv', Destination: '/srv', RW: true, Propagation: 'shared' },
    ],
  },
  { restart: 'always', limitsChanged: true, cgroupParent: '/mine', programs: collected(['sh', 'sshd']) },
);
const ON_HOST = await container(
  'on-host',
  { NetworkMode: 'host', SecurityOpt: ['label=disable'] },
  {},
  { restart: 'on-failure', restartAttempts: 5 },
);

interface Given {
  readonly engine: EngineFacts;
  readonly options: Readonly<Record<string, unknown>>;
  readonly file: FileFacts | 'absent';
  readonly members: readonly string[];
  readonly audit: string;
  readonly points: readonly string[];
  readonly containers: readonly ContainerFacts[];
}
const facts = ({ engine, options, file, members, audit, points, containers }: Given): HostFacts => ({
  engine: collected(engine),
  options: collected(daemonOptions([], options)),
  file: () => collected(file),
  units: {
    'docker.service': '/lib/systemd/system/docker.service',
    'docker.socket': '/lib/systemd/system/docker.socket',
  },
  certificates: collected(['/etc/docker/certs.d/a/ca.crt']),
  socket: '/var/run/docker.sock',
  dockerGroup: collected({ gid: 999, members }),
  audit: collected(audit),
  mountPoints: collected(points),
  containers: collected(containers),
});

const WATCHED = [
  '/usr/bin/dockerd',
  '/run/containerd',
  '/var/lib/docker',
  '/etc/docker',
  '/lib/systemd/system/docker.service',
  '/run/containerd/containerd.sock',
  '/lib/systemd/system/docker.socket',
  '/etc/default/docker',
  '/etc/docker/daemon.json',
  '/etc/containerd/config.toml',
  '/etc/sysconfig/docker',
  '/usr/bin/containerd',
  '/usr/bin/containerd-shim',
  '/usr/bin/containerd-shim-runc-v1',
  '/usr/bin/containerd-shim-runc-v2',
  '/usr/bin/runc',
];
const GOOD = facts({
  engine: { ...GOOD_ENGINE, securityOptions: GOOD_ENGINE.securityOptions.filter((one) => one !== 'name=rootless') },
  options: GOOD_OPTIONS,
  file: { uid: 0, gid: 0, mode: 0o400 },
  members: [],
  audit: WATCHED.map((path) => `-w ${path} -k docker`).join('\n'),
  points: ['/', '/var/lib/docker'],
  containers: [GOOD_CONTAINER],
});
const BAD = facts({
  engine: BAD_ENGINE,
  options: BAD_OPTIONS,
  file: { uid: 1000, gid: 1000, mode: 0o777 },
  members: ['ada'],
  audit: `# -w ${WATCHED.join('\n# -w ')}`,
  points: ['/'],
  containers: [GOOD_CONTAINER, BAD_CONTAINER, ON_HOST],
});
const outcomes = (given: HostFacts) => new Map(HOST_CHECKS.map(({ cis, judge }) => [cis, judge(given).outcome]));

describe('the checks of the host', () => {
  it('are sections 1 to 3 and 5, each number once', () => {
    const upTo = (section: string, last: number, from = 1) =>
      Array.from({ length: last - from + 1 }, (_, at) => `${section}.${at + from}`);
    expect(HOST_CHECKS.map(({ cis }) => cis)).toEqual([
      ...upTo('1.1', 18),
      ...upTo('1.2', 2),
      ...upTo('2', 18),
      ...upTo('3', 24),
      ...upTo('5', 32),
    ]);
    expect(new Set(HOST_CHECKS.map(({ id }) => id)).size).toBe(HOST_CHECKS.length);
    for (const { id, elsewhere, cis } of HOST_CHECKS) {
      expect(id).toMatch(/^host\/[a-z-]+$/);
      expect(elsewhere[0]).toEqual({ standard: 'cis-docker', id: cis });
    }
  });

  it('pass on a good host, but for what only people can say', () => {
    const other = [...outcomes(GOOD)].filter(([, outcome]) => outcome !== 'pass');
    // Rootless and what is kept apart from it cannot both be.
    expect(other).toEqual([
      ['1.2.1', 'unknown'],
      ['1.2.2', 'unknown'],
      ['2.1', 'fail'],
      ['5.23', 'unknown'],
      ['5.24', 'unknown'],
      ['5.28', 'unknown'],
    ]);
    expect(outcomes(facts({ ...givenGood, engine: GOOD_ENGINE })).get('2.1')).toBe('pass');
  });

  it('fail on a bad one', () => {
    const other = [...outcomes(BAD)].filter(([, outcome]) => outcome !== 'fail');
    expect(other).toEqual([
      ['1.1.2', 'unknown'],
      ['1.2.1', 'unknown'],
      ['1.2.2', 'unknown'],
      ['2.10', 'unknown'],
      ['5.1', 'pass'],
      ['5.9', 'unknown'],
      ['5.19', 'unknown'],
      ['5.23', 'unknown'],
      ['5.24', 'unknown'],
      ['5.28', 'unknown'],
    ]);
  });

  it('do not concern what is not there', () => {
    const bare: HostFacts = {
      ...GOOD,
      options: collected(daemonOptions([], {})),
      file: () => collected('absent'),
      units: { 'docker.service': undefined, 'docker.socket': undefined },
      certificates: collected([]),
      dockerGroup: collected('absent'),
      audit: collected('absent'),
    };
    for (const [number, outcome] of outcomes(bare)) {
      if (/^(?:1\.1\.(?!1$)|3\.|2\.7$)/.test(number)) expect([number, outcome]).toEqual([number, 'not-applicable']);
    }
  });

  it('are unknown where nothing was to be had, and say why', () => {
    const nothing: HostFacts = {
      engine: failed,
      options: failed,
      file: () => failed,
      units: { 'docker.service': '/u', 'docker.socket': '/u' },
      certificates: failed,
      socket: undefined,
      dockerGroup: failed,
      audit: failed,
      ...{ mountPoints: failed, containers: failed },
    };
    for (const { cis, judge } of HOST_CHECKS) {
      const answer = judge(nothing);
      expect([cis, answer.outcome]).toEqual([cis, 'unknown']);
      if (!answer.manual) expect(answer.sentence).toBe(failed.why);
    }
  });

  it('ask Podman nothing that only a daemon has', () => {
    const podman = outcomes({ ...GOOD, engine: collected({ ...GOOD_ENGINE, podman: true }) });
    for (const [number, outcome] of podman)
      if (/^2\.(?!7$|14$)/.test(number)) expect([number, outcome]).toEqual([number, 'not-applicable']);
  });

  it('name the containers that are meant, and are not asked where none runs', () => {
    const said = (number: string, given: HostFacts) => HOST_CHECKS.find(({ cis }) => cis === number)?.judge(given);
    expect(said('5.5', BAD)).toEqual({ outcome: 'fail', sentence: 'bad: privileged.' });
    expect(said('5.10', BAD)).toMatchObject({ outcome: 'fail', sentence: expect.stringContaining('on-host') });
    expect(said('5.11', BAD)).toEqual({ outcome: 'fail', sentence: 'bad, on-host: no limit for memory.' });
    expect(said('5.9', BAD)?.sentence).toContain('bad 22');
    expect(said('5.15', facts({ ...givenGood, containers: [ON_HOST] }))?.outcome).toBe('pass');
    const paused = { ...GOOD_CONTAINER, programs: failed };
    expect(said('5.7', facts({ ...givenGood, containers: [paused] }))).toMatchObject({ outcome: 'unknown' });
    for (const [number, outcome] of outcomes(facts({ ...givenGood, containers: [] })))
      if (/^5\.(?!1$|23$|24$|28$)/.test(number)) expect([number, outcome]).toEqual([number, 'not-applicable']);
  });

  it('find no confinement in a privileged container, whatever else it was given', () => {
    const given = facts({
      ...givenGood,
      containers: [{ ...GOOD_CONTAINER, name: 'all', rules: new Set(['run/privileged']) }],
    });
    for (const number of ['5.2', '5.3', '5.4', '5.5', '5.18', '5.22'])
      expect([number, outcomes(given).get(number)]).toEqual([number, 'fail']);
  });

  it('the socket may be the group docker’s, and nobody else’s', () => {
    const of = (file: FileFacts) => outcomes({ ...GOOD, file: () => collected(file) }).get('3.15');
    expect(of({ uid: 0, gid: 999, mode: 0o660 })).toBe('pass');
    expect(of({ uid: 0, gid: 1000, mode: 0o660 })).toBe('fail');
  });
});

const givenGood: Given = {
  engine: GOOD_ENGINE,
  options: GOOD_OPTIONS,
  file: { uid: 0, gid: 0, mode: 0o400 },
  members: [],
  audit: '',
  containers: [],
  points: [],
};

describe('options of a daemon', () => {
  it('are those of the command line over those of the file', () => {
    const words = [
      '-H',
      'fd://',
      '--host=tcp://0.0.0.0:2375',
      '--icc=false',
      '--tlsverify',
      '--log-level',
      'warn',
      '-D',
      '--insecure-registry',
      'a:5000',
    ];
    const options = daemonOptions(words, {
      'log-level': 'info',
      hosts: ['unix:///x'],
      'default-ulimits': { nofile: { Hard: 1 } },
    });
    expect(Object.fromEntries(options)).toEqual({
      'log-level': ['info', 'warn'],
      hosts: ['unix:///x', 'fd://', 'tcp://0.0.0.0:2375'],
      'default-ulimits': ['nofile'],
      icc: ['false'],
      tlsverify: ['true'],
      debug: ['true'],
      'insecure-registries': ['a:5000'],
    });
  });
});
