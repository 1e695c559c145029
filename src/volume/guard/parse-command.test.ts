import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCommand } from '#volume/guard/parse-command.ts';
import { COMPOSE, COMPOSE_ONE, DOCKER, DOCKER_RUN, PODMAN, PODMAN_RUN } from '#volume/guard/tables.ts';

const parse = (line: string) => parseCommand(line.split(' '));

test('Compose commands are of their project, with what stands before them', () => {
  expect(parse('docker compose up -d')).toMatchObject({
    kind: 'compose',
    words: 'docker compose up',
    asking: ['docker', 'compose'],
    files: [],
  });
  expect(parse('docker --context prod compose -p shop -f a.yaml --file=b.yaml --env-file x down -v')).toEqual({
    kind: 'compose',
    words: 'docker compose down',
    subcommand: 'down',
    asking: [
      'docker',
      '--context',
      'prod',
      'compose',
      '-p',
      'shop',
      '-f',
      'a.yaml',
      '--file=b.yaml',
      '--env-file',
      'x',
    ],
    engine: { context: 'prod' },
    project: 'shop',
    files: ['a.yaml', 'b.yaml'],
    ...{ volumes: [], binds: [], containers: [] },
  });
  expect(parse('docker-compose --project-name=shop -H tcp://h:1 stop')).toMatchObject({
    kind: 'compose',
    project: 'shop',
    engine: { host: 'tcp://h:1' },
  });
  expect(parse('/usr/bin/podman compose --project-directory d restart')).toMatchObject({
    kind: 'compose',
    projectDirectory: 'd',
  });
  expect(parse('podman-compose -p x up')).toMatchObject({ kind: 'compose', words: 'podman-compose up', project: 'x' });
  expect(parse('docker compose run --rm -v other:/x app sh -v y:/z')).toMatchObject({ volumes: ['other'] });
});

test('a new container is of the volumes and directories that it mounts', () => {
  expect(
    parse(
      'docker run -dit --rm -v data:/a:ro -v/srv/b:/b -v /only --mount type=volume,src=m,dst=/m --volumes-from old:ro img -v no:/no',
    ),
  ).toEqual({
    kind: 'run',
    words: 'docker run',
    engine: {},
    volumes: ['data', 'm'],
    binds: ['/srv/b'],
    containers: ['old'],
  });
  expect(
    parse(
      'docker container create --mount source=m,target=/m --mount type=bind,source=./x,target=/y --mount type=tmpfs,target=/t img',
    ),
  ).toMatchObject({
    volumes: ['m'],
    binds: ['./x'],
  });
  expect(parse('podman run --replace --name db -v d:/d img')).toMatchObject({ containers: ['db'], volumes: ['d'] });
});

test('commands on containers and volumes are of those that are named', () => {
  expect(parse('docker rm -fv a b a')).toEqual({
    kind: 'containers',
    words: 'docker rm',
    engine: {},
    names: ['a', 'b'],
  });
  expect(parse('docker -H unix:///x container stop a -t 5 b')).toMatchObject({
    engine: { host: 'unix:///x' },
    names: ['a', 'b'],
  });
  expect(parse('docker container remove a')).toMatchObject({ kind: 'containers', names: ['a'] });
  expect(parse('docker kill -s HUP a')).toMatchObject({ names: ['a'] });
  expect(parse('docker exec -u root a psql -c x')).toMatchObject({ kind: 'containers', names: ['a'] });
  expect(parse('docker volume rm -f a -- -b')).toMatchObject({ kind: 'volumes', names: ['a', '-b'] });
  expect(parse('podman --url unix:///y volume rm a')).toMatchObject({ engine: { host: 'unix:///y' }, names: ['a'] });
});

test('what is not known for certain is refused', () => {
  for (const line of [
    'docker',
    'docker ps',
    'docker system prune -a',
    'docker volume prune',
    'docker volume create x',
    'docker rm',
    'docker run',
    'docker run --new-option x img',
    'docker --new-option compose up',
    'docker compose --new-option up down',
    'docker compose',
    'docker compose ps',
    'docker compose -f - up',
    'docker compose run --new-option app',
    'docker-compose logs',
    'docker rm --constructor a',
    'docker constructor a',
    'docker run --mount type=volume,"src=a,b",dst=/x img',
    'docker stack deploy x',
    'podman rm --all',
    'podman stop -l',
    'podman pod rm x',
    'sh -c docker',
    'sudo docker rm a',
    'kubectl delete x',
    '',
  ]) {
    expect(parse(line), line).toMatchObject({ kind: 'refused', why: expect.stringMatching(/./) });
  }
});

/** Values that look like what comes later. */
const tempting = fc.constantFrom(
  'up',
  'down',
  'compose',
  'run',
  'rm',
  'volume',
  'container',
  'stop',
  'db',
  '-v',
  '--',
  'a:/b',
);

function options(entries: readonly string[], hasValue: boolean) {
  return fc.constantFrom(...entries).chain((entry) => {
    const [short, long] = entry.includes(':') ? entry.split(':') : [undefined, entry];
    const spellings = tempting.map((value): string[][] => {
      if (!hasValue) return [[`--${long}`], ...(short === undefined ? [] : [[`-${short}`]])];
      return [
        [`--${long}`, value],
        [`--${long}=${value}`],
        ...(short === undefined ? [] : [[`-${short}`, value], [`-${short}${value}`]]),
      ];
    });
    return spellings.chain((all) => fc.constantFrom(...all));
  });
}

function anyOptions(values: readonly string[], switches: readonly string[]) {
  return fc.array(fc.oneof(options(values, true), options(switches, false)), { maxLength: 5 }).map((all) => all.flat());
}

test('the value of an option is never taken for a subcommand', () => {
  const tables = [
    { program: 'docker', table: DOCKER, compose: COMPOSE },
    { program: 'podman', table: PODMAN, compose: COMPOSE },
  ];
  fc.assert(
    fc.property(
      fc
        .constantFrom(...tables)
        .chain((one) =>
          fc.tuple(
            fc.constant(one),
            anyOptions(one.table.values, one.table.switches),
            anyOptions(one.compose.values, one.compose.switches),
          ),
        ),
      ([{ program }, before, inner]) => {
        expect(parseCommand([program, ...before, 'rm', 'target'])).toMatchObject({
          kind: 'containers',
          names: ['target'],
        });
        expect(parseCommand([program, ...before, 'volume', 'rm', 'target'])).toMatchObject({
          kind: 'volumes',
          names: ['target'],
        });
        const compose = parseCommand([program, ...before, 'compose', ...inner, 'restart']);
        if (inner.join(' ').match(/(?:^| )(?:-f ?|--file[ =])-(?: |$)/) === null) {
          expect(compose).toMatchObject({
            kind: 'compose',
            subcommand: 'restart',
            asking: [program, ...before, 'compose', ...inner],
          });
        }
      },
    ),
  );
});

test('neither is one of docker-compose, nor one of run for a volume', () => {
  fc.assert(
    fc.property(anyOptions(COMPOSE_ONE.values, COMPOSE_ONE.switches), (before) => {
      expect(parseCommand(['docker-compose', ...before, 'stop'])).toMatchObject({
        kind: 'compose',
        subcommand: 'stop',
      });
    }),
  );
  const others = (values: readonly string[]) =>
    values.filter((one) => !/(?:^|:)(?:volume|mount|volumes-from|name)$/.test(one));
  for (const [program, table] of [
    ['docker', DOCKER_RUN],
    ['podman', PODMAN_RUN],
  ] as const) {
    const switches = table.switches.filter((one) => one !== 'replace');
    fc.assert(
      fc.property(anyOptions(others(table.values), switches), (flags) => {
        const parsed = parseCommand([program, 'run', ...flags, '-v', 'data:/data', 'image', '-v', 'no:/no', 'rm']);
        expect(parsed).toMatchObject({ kind: 'run', volumes: ['data'], binds: [] });
      }),
    );
  }
});

test('no table has a name twice with two meanings', () => {
  for (const table of [DOCKER, PODMAN, DOCKER_RUN, PODMAN_RUN, COMPOSE, COMPOSE_ONE]) {
    const all = [...table.values, ...table.switches];
    expect(new Set(all).size).toBe(all.length);
    const shorts = all.filter((one) => one.includes(':')).map((one) => one.slice(0, 1));
    expect(new Set(shorts).size).toBe(shorts.length);
  }
});
