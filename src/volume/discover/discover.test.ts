import { expect, test } from 'vitest';
import type { Engine } from '#base/engine/engine.ts';
import { discover } from '#volume/discover/discover.ts';

const DB = 'd'.repeat(64);
const WEB = 'e'.repeat(64);
const IMAGE = `sha256:${'1'.repeat(64)}`;
const ANONYMOUS = 'a'.repeat(64);

/** What an engine answers, by path. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/info': {
    ID: 'AAAA',
    ServerVersion: '28.2.2',
    Driver: 'overlay2',
    DockerRootDir: '/var/lib/docker/165536.165536',
    SecurityOptions: ['name=seccomp,profile=builtin', 'name=userns'],
  },
  '/containers/json?all=true': [{ Id: DB }, { Id: WEB }, { Id: 'f'.repeat(64) }, { Id: 'no id' }],
  [`/containers/${DB}/json`]: {
    Name: '/shop-db-1',
    Image: IMAGE,
    Created: '2026-01-01T00:00:00Z',
    State: { Status: 'running', StartedAt: '2026-01-01T00:00:01Z', Pid: 0 },
    HostConfig: { RestartPolicy: { Name: 'always' }, AutoRemove: false, Tmpfs: { '/tmp/': 'size=64m,ro' } },
    Config: {
      Image: 'registry.example/team/postgres:16.1',
      Env: [
        'PGDATA=/var/lib/postgresql/data',
        'PG_MAJOR=16',
        'POSTGRES_PASSWORD=hunter2',
        'BACKUP=s3://k:hunter2@s3.example/b',
      ],
      Cmd: ['postgres'],
      Entrypoint: ['docker-entrypoint.sh'],
      Labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'db' },
      User: 'postgres',
    },
    Mounts: [
      { Type: 'volume', Name: ANONYMOUS, Destination: '/var/lib/postgresql/data', RW: true },
      { Type: 'volume', Name: 'conf', Destination: '/etc/pg/', RW: false },
    ],
    NetworkSettings: { Networks: { shop: { IPAddress: '10.0.0.2', Aliases: ['db', 'shop-db-1'] } } },
  },
  [`/containers/${WEB}/json`]: {
    Name: '/shop-web-1',
    Image: IMAGE,
    Created: '2026-01-01T00:00:00Z',
    State: { Status: 'exited', StartedAt: '0001-01-01T00:00:00Z' },
    HostConfig: { AutoRemove: true, VolumesFrom: ['shop-db-1:ro'] },
    Config: {
      Image: 'web',
      Env: [
        'DATABASE_URL=postgresql://u:hunter2@db/shop',
        'SMTP_URL=smtp://u:hunter2@mail.example',
        'CACHE=redis://:p@ss/word@r.example',
      ],
      Cmd: ['serve', '--queue=amqp://u:hunter2@mq.example:5672/'],
      Labels: {
        'com.docker.compose.project': 'shop',
        'com.docker.compose.service': 'web',
        'com.docker.compose.depends_on': 'db:service_healthy:false',
      },
    },
    Mounts: [
      { Type: 'volume', Name: ANONYMOUS, Destination: '/var/lib/postgresql/data', RW: false },
      { Type: 'bind', Source: '/srv/web//', Destination: '/srv', RW: true },
    ],
  },
  [`/images/${encodeURIComponent(IMAGE)}/json`]: {
    RepoTags: ['postgres:16'],
    RepoDigests: [`postgres@sha256:${'2'.repeat(64)}`],
    Config: { Volumes: { '/var/lib/postgresql/data/': {} } },
  },
  '/volumes': {
    Volumes: [
      { Name: 'conf', Driver: 'local', Mountpoint: '/x/conf/_data', Labels: null, CreatedAt: '2026-01-01T00:00:00Z' },
      { Name: ANONYMOUS, Driver: 'local', Mountpoint: '/x/a/_data' },
      {
        Name: 'share',
        Driver: 'local',
        Options: { type: 'cifs', device: '//nas.example/s', o: 'username=u,password=hunter2' },
      },
    ],
  },
  '/system/df?type=volume': {
    Volumes: [
      { Name: 'conf', UsageData: { Size: 12 } },
      { Name: 'share', UsageData: { Size: -1 } },
    ],
  },
  [`/containers/${DB}/changes`]: [
    { Kind: 0, Path: '/var' },
    { Kind: 1, Path: '/var/lib' },
    { Kind: 1, Path: '/var/lib/app' },
    { Kind: 1, Path: '/var/lib/app/dump.rdb' },
    { Kind: 1, Path: '/var/lib/postgresql/data' },
    { Kind: 2, Path: '/gone' },
  ],
  [`/containers/${WEB}/changes`]: null,
  [`/containers/${DB}/json?size=true`]: { SizeRw: 4096 },
  [`/containers/${WEB}/json?size=true`]: { SizeRw: 0 },
};

function engineOf(answers: Readonly<Record<string, unknown>>, asked: string[] = []): Engine {
  return {
    address: 'unix:///engine.sock',
    apiVersion: '1.44',
    podman: false,
    read: async (path) => {
      asked.push(path);
      const answer = answers[path];
      if (answer instanceof Error) throw answer;
      return answer === undefined ? undefined : Buffer.from(JSON.stringify(answer));
    },
    stream: async () => undefined,
  };
}
const look = (answers = ANSWERS, layers = true) =>
  discover(engineOf(answers), { layers, now: new Date('2026-01-02T00:00:00Z') });

test('containers, with what they are and what is mounted', async () => {
  const { containers, engine } = await look();
  expect(engine).toMatchObject({ readable: false, ids: { users: [{ container: 0, host: 165_536, count: 65_536 }] } });
  expect(containers.map(({ name }) => name)).toEqual(['shop-db-1', 'shop-web-1']);
  const [db, web] = containers;
  expect(db).toMatchObject({
    image: 'registry.example/team/postgres:16.1',
    imageId: IMAGE,
    repositoryDigests: [`postgres@sha256:${'2'.repeat(64)}`],
    restartPolicy: 'always',
    stack: 'shop',
    user: 'postgres',
    service: { id: 'postgres', version: 16, role: 'server' },
    mounts: [
      { kind: 'volume', source: 'conf', destination: '/etc/pg', writable: false, declared: false },
      { kind: 'tmpfs', destination: '/tmp', writable: false },
      { kind: 'anonymous', destination: '/var/lib/postgresql/data', writable: true, declared: true },
    ],
  });
  expect(web).toMatchObject({ removedAtEnd: true, state: 'exited' });
  expect(web).not.toHaveProperty('startedAt');
  expect(web?.mounts).toMatchObject([
    { kind: 'bind', source: '/srv/web' },
    { kind: 'anonymous', from: 'shop-db-1' },
  ]);
});

const COMPOSE_FILES = 'com.docker.compose.project.config_files';

test.each([
  ['whoever started it', {}, true],
  ['its image, which may name a file of its own', { [COMPOSE_FILES]: '/srv/evil.yaml' }, false],
  ['whoever started it, over its image', { [COMPOSE_FILES]: '/srv/other.yaml' }, true],
])('where compose’s files are is believed only of whoever started it: %s', async (_, Labels, believed) => {
  const web = ANSWERS[`/containers/${WEB}/json`] as { readonly Config: object };
  const config = { ...web.Config, Labels: { [COMPOSE_FILES]: '/srv/evil.yaml' } };
  const { containers } = await look({
    ...ANSWERS,
    [`/containers/${WEB}/json`]: { ...web, Config: config },
    [`/images/${encodeURIComponent(IMAGE)}/json`]: { Config: { Labels } },
  });
  expect(containers.find(({ id }) => id === WEB)?.labels).toEqual(
    believed ? { [COMPOSE_FILES]: '/srv/evil.yaml' } : {},
  );
});

test.each([
  ['holdfast.volume.user', 'root', false],
  ['docker-volume-backup.archive-pre.user', '0', false],
  ['holdfast.volume.exclude', '*', false],
  ['holdfast.volume.method', 'pause, live', false],
  ['holdfast.volume.method', 'pause', true],
  ['holdfast.volume.probe', 'true', true],
])('of an image, the label %s=%s is followed: %j; of whoever starts it, always', async (name, value, believed) => {
  const web = ANSWERS[`/containers/${WEB}/json`] as { readonly Config: object };
  const labelsWith = async (image: object) => {
    const { containers } = await look({
      ...ANSWERS,
      [`/containers/${WEB}/json`]: { ...web, Config: { ...web.Config, Labels: { [name]: value } } },
      [`/images/${encodeURIComponent(IMAGE)}/json`]: { Config: { Labels: image } },
    });
    return containers.find(({ id }) => id === WEB)?.labels;
  };
  expect(await labelsWith({ [name]: value })).toEqual(believed ? { [name]: value } : {});
  expect(await labelsWith({})).toEqual({ [name]: value });
});

test('a container that the engine does not describe is told, so that nobody takes it for one that writes nowhere', async () => {
  const broken = await look({ ...ANSWERS, [`/containers/${DB}/json`]: 'no object' });
  expect(broken.unread).toEqual([DB]);
  expect(broken.coverage).toContainEqual(expect.objectContaining({ subject: 'containers', state: 'failed' }));
  const { [`/containers/${DB}/json`]: _, ...gone } = ANSWERS;
  expect(await look(gone)).not.toHaveProperty('unread');
});

test('what is no name as engines give them is not used as one', async () => {
  const db = ANSWERS[`/containers/${DB}/json`] as object;
  for (const Name of ['/--privileged', '/a b', '/a\nb', '', 7]) {
    const { containers } = await look({ ...ANSWERS, [`/containers/${DB}/json`]: { ...db, Name } });
    expect(containers.find(({ id }) => id === DB)?.name).toBe(DB.slice(0, 12));
  }
});

test.each(['/containers/json?all=true', '/volumes'])(
  'an engine that knows no %s has not said that there are none',
  async (path) => {
    const { [path]: _, ...others } = ANSWERS;
    await expect(look(others)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  },
);

test('what was written is told from the engine’s list of changes, without what lies on mounts', async () => {
  const { containers } = await look();
  expect(containers[0]?.layer).toMatchObject({
    seen: 'engine',
    survey: { sizeBytes: 4096, databases: [{ title: 'Redis or Valkey', path: '/var/lib/app/dump.rdb' }] },
  });
  expect([...(containers[0]?.layer?.survey.directories.keys() ?? [])]).toEqual(['/var/lib/app']);
});

test('volumes with their users, and what is kept elsewhere', async () => {
  const { volumes, binds, stores, stacks } = await look();
  expect(volumes.map(({ name, anonymous, contents }) => [name, anonymous, contents?.sizeBytes])).toEqual([
    [ANONYMOUS, true, undefined],
    ['conf', false, 12],
    ['share', false, undefined],
  ]);
  expect(volumes[2]?.network).toEqual({ kind: 'cifs', host: 'nas.example' });
  expect(volumes[0]?.users.map(({ container, writable }) => [container, writable])).toEqual([
    [DB, true],
    [WEB, false],
  ]);
  expect(binds).toEqual([
    { path: '/srv/web', users: [{ container: WEB, destination: '/srv', writable: true }], outside: [] },
  ]);
  expect(stores).toEqual([
    { container: DB, kind: 's3', host: 's3.example', from: 'environment', where: 'BACKUP' },
    { container: WEB, kind: 'amqp', host: 'mq.example', from: 'command', where: 'command' },
    // A password that is not escaped could stand where the host does: it is not shown.
    { container: WEB, kind: 'redis', from: 'environment', where: 'CACHE' },
  ]);
  expect(stacks).toEqual([{ name: 'shop', kind: 'compose', holdOrder: [WEB, DB] }]);
});

test('nothing secret is in it', async () => {
  expect(JSON.stringify(await look())).not.toContain('hunter2');
});

test('what could not be read is a problem, and the rest is there', async () => {
  const failing = {
    ...ANSWERS,
    [`/containers/${DB}/changes`]: new Error('no'),
    '/system/df?type=volume': new Error('no'),
  };
  const { problems, coverage, containers } = await look(failing);
  expect(problems).toHaveLength(2);
  expect(containers).toHaveLength(2);
  const states = Object.fromEntries(coverage.map(({ subject, state }) => [subject, state]));
  expect(states).toEqual({
    containers: 'failed',
    volumes: 'covered',
    'volume contents': 'failed',
    'writable layers': 'failed',
    'other mounters': 'not-collected',
  });
});

test('the engine is only asked, and for layers only when they are wanted', async () => {
  const asked: string[] = [];
  await discover(engineOf(ANSWERS, asked), { layers: false, now: new Date(0) });
  expect(asked.filter((path) => /changes|size|archive|prune/.test(path))).toEqual([]);
});

test('answers of the wrong shape are survived', async () => {
  for (const odd of [null, [], {}, 'x', { Mounts: 7, Config: [], HostConfig: 'x', State: null, GraphDriver: 1 }]) {
    const answers = { ...ANSWERS, [`/containers/${DB}/json`]: odd, '/volumes': { Volumes: [odd, { Name: 3 }] } };
    const { containers } = await look(answers);
    expect(containers.length).toBeGreaterThan(0);
  }
});
