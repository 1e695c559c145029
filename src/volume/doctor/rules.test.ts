import { describe, expect, test } from 'vitest';
import type { DiscoveredContainer } from '#volume/discover/discovery.ts';
import { examine } from '#volume/doctor/examine.ts';
import { container, discovery, mounts, type Surroundings, service, survey } from '../../../test/fakes/discovery.ts';

const { named, anonymous, bind, tmpfs } = mounts;
const EMPTY = survey();
const PG = '/var/lib/postgresql/data';
const CLUSTER = survey({ '/var/lib/postgresql/data': 40 }, { [`${PG}/PG_VERSION`]: 'PostgreSQL' });
const inLayer = (seen: ReturnType<typeof survey>) => ({ layer: { seen: 'in-place' as const, survey: seen } });

/** What is found, as `severity rule path`. */
function told(containers: DiscoveredContainer | readonly DiscoveredContainer[], around: Surroundings = {}) {
  const list = Array.isArray(containers) ? containers : [containers];
  return examine(discovery(list as readonly DiscoveredContainer[], around)).map(
    ({ severity, rule, path }) => `${severity} ${rule} ${path}`,
  );
}
const volume = (letter: string, contents: ReturnType<typeof survey>) => ({
  volumes: { [letter.repeat(64)]: { contents } },
});

describe('data in anonymous volumes', () => {
  const app = (more: Partial<DiscoveredContainer> = {}) =>
    container('app', { mounts: [anonymous('a', '/data')], ...more });

  test('an image’s VOLUME that nothing named serves', () => {
    expect(told(app())).toEqual(['medium anonymous-volume /data']);
    expect(told(app(), volume('a', EMPTY))).toEqual(['low anonymous-volume /data']);
    expect(told(app(), volume('a', survey({}, { '/x.db': 'SQLite' })))).toEqual(['high anonymous-volume /data']);
    expect(told(app({ ...service('library/mongo'), mounts: [anonymous('a', '/data/db')] }))).toEqual([
      'high anonymous-volume /data/db',
    ]);
  });

  test('a shell in the image of a server, and a server whose data was moved elsewhere, leave it empty: no alarm', () => {
    const shell = service('library/postgres', { words: ['bash'] });
    const moved = service('library/postgres', { words: ['postgres'], environment: new Map([['PGDATA', '/pg']]) });
    for (const removedAtEnd of [true, false]) {
      const one = (facts: typeof shell, ...more: DiscoveredContainer['mounts']) =>
        container('db', { ...facts, removedAtEnd, mounts: [anonymous('a', PG), ...more] });
      expect(told(one(shell), volume('a', EMPTY))).toEqual([]);
      expect(told(one(shell), volume('a', CLUSTER))).toHaveLength(1);
      expect(told(one(shell))).toHaveLength(1);
      expect(told(one(moved, named('v', '/pg')), volume('a', EMPTY))).toEqual([]);
      expect(told(one(moved, named('v', '/pg')), volume('a', CLUSTER))).toHaveLength(1);
    }
    expect(told(container('db', { ...shell, ...inLayer(EMPTY) }))).toEqual([]);
  });

  test('with --rm it is deleted when the container ends', () => {
    expect(told(app({ removedAtEnd: true }))).toEqual(['high removed-with-container /data']);
    expect(told(app({ removedAtEnd: true }), volume('a', survey({}, { '/ibdata1': 'InnoDB' })))).toEqual([
      'critical removed-with-container /data',
    ]);
  });

  test('the copy of the fix never stops what was started with --rm, and names the volume by its id', () => {
    const [found] = examine(discovery([app({ removedAtEnd: true })]));
    expect(found?.fix.join('\n')).toContain('docker pause app');
    expect(found?.fix.join('\n')).not.toContain('docker stop');
    expect(found?.fix.join('\n')).toContain(`--volume ${'a'.repeat(64)}:/from:ro`);
  });

  test('hostile names are quoted in the fix', () => {
    const path = "/d'; reboot #";
    const [found] = examine(discovery([container('app', { mounts: [anonymous('a', path)] })]));
    expect(found?.fix.filter((line) => line.startsWith('#'))).toEqual([
      `# then start it anew with: --volume 'app-d-reboot-:/d'\\''; reboot #'`,
    ]);
  });

  test('a line feed in a path does not end a comment', () => {
    const mounted = container('app', { mounts: [anonymous('a', '/x\nreboot\n'), bind('/etc\nreboot', '/e')] });
    for (const { fix, evidence } of examine(discovery([mounted]))) {
      expect([...fix, ...evidence].join('')).not.toContain('\n');
    }
  });

  test.each<[string, DiscoveredContainer, Surroundings?]>([
    ['a VOLUME that a named volume serves', container('app', { mounts: [named('data', '/data', { declared: true })] })],
    ['a VOLUME on a bind', container('app', { mounts: [bind('/srv/data', '/data', { declared: true })] })],
    [
      'dependencies beside a bind',
      container('app', { mounts: [bind('/src', '/app'), anonymous('a', '/app/node_modules')] }),
    ],
    ['a cache', container('app', { mounts: [anonymous('a', '/var/cache/nginx')] })],
    [
      'the VOLUME of a role that MongoDB does not have here',
      container('db', {
        ...service('library/mongo'),
        mounts: [named('m', '/data/db'), anonymous('a', '/data/configdb')],
      }),
    ],
    [
      'a Redis that keeps nothing',
      container('cache', {
        ...service('library/redis', { words: ['redis-server', '--save', '', '--appendonly', 'no'] }),
        mounts: [anonymous('a', '/data')],
      }),
    ],
    [
      'a Redis that has written nothing',
      container('cache', { ...service('library/redis'), mounts: [anonymous('a', '/data')] }),
      volume('a', EMPTY),
    ],
    [
      'a dump of another database',
      container('dump', {
        ...service('library/postgres', { tag: '16', words: ['docker-entrypoint.sh', 'pg_dump', 'x'] }),
        removedAtEnd: true,
        mounts: [anonymous('a', PG)],
      }),
      volume('a', EMPTY),
    ],
    ['a builder', container('build', { builder: true, mounts: [anonymous('a', '/var/lib/buildkit')] })],
    [
      'WordPress with its content on a mount of its own',
      container('wp', {
        ...service('library/wordpress'),
        mounts: [anonymous('a', '/var/www/html'), bind('/srv/wp', '/var/www/html/wp-content')],
      }),
    ],
    [
      'one that takes it from a data container',
      container('app', { mounts: [anonymous('a', '/data', { from: 'keeper' })] }),
    ],
  ])('no alarm for %s', (_, one, around = {}) => expect(told(one, around)).toEqual([]));
});

describe('data on no mount', () => {
  const postgres = (more: Partial<DiscoveredContainer> = {}) =>
    container('db', { ...service('library/postgres', { tag: '16' }), ...more });

  test('a known data directory in the container’s own layer', () => {
    expect(told(postgres(inLayer(CLUSTER)))).toEqual([`high data-on-no-mount ${PG}`]);
    expect(told(postgres({ ...inLayer(CLUSTER), removedAtEnd: true }))).toEqual([`critical data-on-no-mount ${PG}`]);
    expect(told(postgres())).toEqual([`medium data-on-no-mount ${PG}`]);
    const { layer: _, ...unread } = postgres();
    expect(told(unread)).toEqual([`high data-on-no-mount ${PG}`]);
    const grafana = container('g', { ...service('grafana/grafana'), ...inLayer(survey({ '/var/lib/grafana': 2 })) });
    expect(told(grafana)).toEqual(['high data-on-no-mount /var/lib/grafana']);
  });

  test('a database of whatever image', () => {
    const seen = (path: string, title: string) => inLayer(survey({}, { [path]: title }));
    expect(told(container('x', seen('/srv/pg/PG_VERSION', 'PostgreSQL')))).toEqual(['high database-in-layer /srv/pg']);
    expect(told(container('x', seen('/app/app.sqlite', 'SQLite')))).toEqual(['medium database-in-layer /app']);
    expect(told(container('x', seen('/dump.rdb', 'Redis or Valkey')))).toEqual(['high database-in-layer /']);
  });

  test('a layer that grows', () => {
    const big = (path: string) => inLayer(survey({ [path]: 300 }));
    expect(told(container('x', big('/var/lib/app')))).toEqual(['low layer-grows /var/lib/app']);
    expect(told(container('x', { ...big('/var/lib/app'), restartPolicy: 'always' }))).toEqual([
      'medium layer-grows /var/lib/app',
    ]);
    const [found] = examine(discovery([container('x', { ...big('/app/uploads'), stack: 'shop' })]));
    expect(found).toMatchObject({
      rule: 'layer-grows',
      evidence: [expect.anything(), '150 MB an hour since 2026-01-01'],
    });
  });

  test.each<[string, DiscoveredContainer, Surroundings?]>([
    [
      'a stateless web server',
      container('web', inLayer(survey({ '/var/cache/nginx': 90, '/run': 1, '/etc/nginx': 1 }))),
    ],
    ['a database on its volume', postgres({ mounts: [named('pg', PG)] }), { volumes: { pg: { contents: CLUSTER } } }],
    ['a database on a bind', postgres({ mounts: [bind('/srv/pg', PG)] })],
    ['one below a mounted parent', postgres({ mounts: [named('pg', '/var/lib/postgresql')] })],
    ['a client', postgres(service('library/postgres', { tag: '16', words: ['psql', '-h', 'db'] }))],
    ['a directory that cannot be written', postgres({ readOnlyRoot: true })],
    ['a Prometheus elsewhere', container('p', { ...service('prom/prometheus'), mounts: [named('p', '/prometheus')] })],
    ['a registry on an object store', container('r', service('library/registry'))],
    [
      'a build',
      container(
        'b',
        inLayer(survey({ '/usr/local/go': 400, '/go/pkg/mod': 900, '/root/.cache': 500, '/src/target': 800 })),
      ),
    ],
    [
      'a builder',
      container('b', { builder: true, ...inLayer(survey({ '/var/lib/app': 900 }, { '/var/lib/x.db': 'SQLite' })) }),
    ],
    [
      'scratch space',
      container('x', { restartPolicy: 'always', ...inLayer(survey({ '/tmp/work': 900, '/var/log/app': 300 })) }),
    ],
    [
      'what an upgrade wrote',
      container('x', { restartPolicy: 'always', ...inLayer(survey({ '/usr/lib': 900, '/var/lib/apt/lists': 90 })) }),
    ],
    ['a database in scratch space', container('x', inLayer(survey({}, { '/tmp/t/PG_VERSION': 'PostgreSQL' })))],
  ])('no alarm for %s', (_, one, around = {}) => expect(told(one, around)).toEqual([]));
});

describe('mounts that miss the data', () => {
  test('a level above the VOLUME', () => {
    const db = container('db', {
      ...service('library/postgres', { tag: '16' }),
      mounts: [named('pg', '/var/lib/postgresql'), anonymous('a', PG)],
    });
    expect(told(db, volume('a', CLUSTER))).toEqual([`high mount-one-off ${PG}`]);
    const app = container('app', { mounts: [bind('/src', '/app'), anonymous('a', '/app/uploads')] });
    expect(told(app)).toEqual(['high mount-one-off /app/uploads']);
  });

  test('a level below, where PostgreSQL 18 is', () => {
    const environment = new Map([['PGDATA', '/var/lib/postgresql/18/docker']]);
    const db = container('db', {
      ...service('library/postgres', { tag: '18', environment }),
      mounts: [anonymous('a', '/var/lib/postgresql'), named('pg', PG)],
    });
    const around = { volumes: { pg: { contents: EMPTY }, ['a'.repeat(64)]: { contents: CLUSTER } } };
    expect(told(db, around)).toEqual(['high mount-one-off /var/lib/postgresql']);
  });

  test('beside it', () => {
    const db = container('db', {
      ...service('library/mysql', { tag: '8' }),
      mounts: [named('my', '/var/lib/mysql-data')],
      ...inLayer(survey({ '/var/lib/mysql': 100 }, { '/var/lib/mysql/ibdata1': 'InnoDB' })),
    });
    expect(told(db, { volumes: { my: { contents: EMPTY } } })).toEqual([
      'high mount-one-off /var/lib/mysql',
      'high empty-volume /var/lib/mysql-data',
    ]);
  });

  test('an empty volume beside a layer with data', () => {
    const app = (seen: ReturnType<typeof survey>) =>
      container('app', { mounts: [named('v', '/storage')], ...inLayer(seen) });
    const around = { volumes: { v: { contents: EMPTY } } };
    expect(told(app(survey({ '/data/files': 30 })), around)).toEqual(['medium empty-volume /storage']);
    expect(told(app(survey({}, { '/app/x.db': 'SQLite' })), around)).toEqual([
      'high empty-volume /storage',
      'medium database-in-layer /app',
    ]);
    expect(told(app(survey({ '/tmp': 300 })), around)).toEqual([]);
    expect(told(app(survey({ '/data/files': 30 })))).toEqual([]);
  });

  test('tmpfs under a database, but not a tmpfs for scratch space', () => {
    const db = (path: string) =>
      container('db', { ...service('library/postgres', { tag: '16' }), mounts: [tmpfs(path)] });
    expect(told(db(PG))).toEqual([`high database-on-tmpfs ${PG}`]);
    const fix = examine(discovery([db(PG)]))[0]?.fix.join('\n');
    expect(fix).toMatch(/^# what is there now is gone when it stops/);
    expect(fix).toContain(`docker exec db tar -c -C ${PG} . |`);
    expect(fix).not.toMatch(/docker (?:stop|pause|cp)/);
    const found = survey({}, { '/ibdata1': 'InnoDB' });
    expect(told(container('x', { mounts: [tmpfs('/srv/db', found)] }))).toEqual(['high database-on-tmpfs /srv/db']);
    expect(told(container('x', { mounts: [tmpfs('/tmp', found)] }))).toEqual([]);
    expect(told(container('x', { mounts: [tmpfs('/tmp'), tmpfs('/run')] }))).toEqual([]);
    expect(told(container('c', { ...service('library/redis'), mounts: [tmpfs('/data')] }))).toEqual([]);
  });
});

describe('hazards', () => {
  test('SQLite on a network filesystem', () => {
    const network = { kind: 'nfs', host: 'nas.example' };
    const app = (writable: boolean) => container('app', { mounts: [named('v', '/data', { writable })] });
    const contents = survey({}, { '/app.db': 'SQLite' });
    expect(told(app(true), { volumes: { v: { network, contents } } })).toEqual(['high sqlite-on-network /data']);
    expect(told(app(false), { volumes: { v: { network, contents } } })).toEqual([]);
    expect(told(app(true), { volumes: { v: { network } } })).toEqual([]);
    expect(told(app(true), { volumes: { v: { contents } } })).toEqual([]);
    const vaultwarden = container('w', { ...service('vaultwarden/server'), mounts: [bind('/mnt/nas/w', '/data')] });
    expect(told(vaultwarden, { binds: { '/mnt/nas/w': { network } } })).toEqual(['high sqlite-on-network /data']);
  });

  test('the engine’s socket has nothing below it that could be mounted instead', () => {
    const app = container('app', { mounts: [bind('/var/run/docker.sock', '/var/run/docker.sock')] });
    const fix = examine(discovery([app]))[0]?.fix.join('\n');
    expect(fix).toContain('a proxy');
    expect(fix).not.toContain('directory below');
  });

  test('two stacks write one volume', () => {
    const writer = (name: string, more: Partial<DiscoveredContainer> = {}, mount = named('v', '/data')) =>
      container(name, { stack: name, mounts: [mount], ...more });
    expect(told([writer('a'), writer('b')])).toEqual(['high two-stacks /data']);
    expect(told([writer('a'), writer('b', { state: 'exited' })])).toEqual(['low two-stacks /data']);
    expect(told([writer('a'), writer('b', { state: 'created' })])).toEqual([]);
    expect(told([writer('a'), writer('b', { stack: 'a' })])).toEqual([]);
    expect(told([writer('a'), writer('b', {}, named('v', '/data', { writable: false }))])).toEqual([]);
    expect(
      told([writer('a'), writer('b')], { volumes: { v: { labels: { 'holdfast.volume.shared': 'true' } } } }),
    ).toEqual([]);
    const labels = { 'holdfast.volume.shared': 'true' };
    expect(told([writer('a', { labels }), writer('b', { labels })])).toEqual([]);
    expect(told([writer('a', { labels }), writer('b')])).toEqual(['high two-stacks /data']);
    expect(
      told([
        container('a', { mounts: [named('v', '/data')] }),
        container('b', { mounts: [named('v', '/data', { from: 'a' })] }),
      ]),
    ).toEqual([]);
  });

  test('sensitive parts of the host', () => {
    const mounted = (source: string, writable = true) =>
      told(container('x', { mounts: [bind(source, '/m', { writable })] }));
    expect(mounted('/')).toEqual(['critical sensitive-bind /m']);
    for (const source of [
      '/etc',
      '/root',
      '/proc',
      '/var/lib/docker',
      '/home/a/.ssh',
      '/run/docker.sock',
      '/etc/shadow',
    ]) {
      expect(mounted(source), source).toEqual(['high sensitive-bind /m']);
    }
    expect(mounted('/var/run/docker.sock', false)).toEqual(['high sensitive-bind /m']);
    expect(mounted('/proc', false)).toEqual(['low sensitive-bind /m']);
    for (const source of [
      '/etc/localtime',
      '/etc/timezone',
      '/etc/ssl/certs',
      '/srv/data',
      '/root/app',
      '/home/a/app',
    ]) {
      expect(mounted(source), source).toEqual([]);
    }
  });

  test('what a removed container left', () => {
    const left = (contents: ReturnType<typeof survey>) => told([], { volumes: { ['f'.repeat(64)]: { contents } } });
    const place = `/engine/volumes/${'f'.repeat(64)}/_data`;
    expect(left(survey({}, { '/PG_VERSION': 'PostgreSQL' }))).toEqual([`medium orphaned-data ${place}`]);
    expect(left(survey({ '': 5 }))).toEqual([`low orphaned-data ${place}`]);
    expect(left(EMPTY)).toEqual([]);
    expect(told([], { volumes: { spare: {} } })).toEqual([]);
  });
});

test('the most urgent comes first, and the order does not depend on the containers’', () => {
  const list = [
    container('z', { mounts: [bind('/', '/host')] }),
    container('a', { mounts: [anonymous('a', '/data')] }),
    container('b', { ...service('library/postgres', { tag: '16' }), ...inLayer(CLUSTER) }),
  ];
  const expected = ['critical sensitive-bind /host', `high data-on-no-mount ${PG}`, 'medium anonymous-volume /data'];
  expect(told(list)).toEqual(expected);
  expect(told(list.toReversed())).toEqual(expected);
});
