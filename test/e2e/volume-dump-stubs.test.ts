import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VolumeDrillReport } from '#api/volume-drill-report.ts';
import type { SnapshotTaken } from '#api/volume-snapshot-report.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const SECRET = 'quiet word';

/** Stands in for MySQL’s program: wants what the hook gives it, and then does as it is told. */
const MYSQLDUMP = `#!/bin/sh
[ "$MYSQL_PWD" = "$MYSQL_ROOT_PASSWORD" ] || exit 9
case " $* " in *quiet*) exit 9 ;; esac
case " $* " in *" --single-transaction "*) ;; *) exit 9 ;; esac
echo '-- MySQL dump 10.13'
echo 'INSERT INTO t VALUES (1);'
case $MODE in
  good) echo '-- Dump completed on 2026-11-22 10:00:00' ;;
  other) echo '-- Dump complete' ;;
  cut) ;;
  fails) echo 'mysqldump: Got error: 2013: Lost connection during query' >&2; exit 3 ;;
  hangs) exec sleep 3600 ;;
esac
`;

/** Stands in for MongoDB’s: the password comes by standard input, the archive begins and ends as such ones do. */
const MONGODUMP = `#!/bin/sh
read -r password
[ "$password" = "$MONGO_INITDB_ROOT_PASSWORD" ] || exit 9
case " $* " in *quiet*) exit 9 ;; esac
case " $* " in *" --archive "*) ;; *) exit 9 ;; esac
printf '\\155\\342\\231\\201rows'
case $MODE in
  good) printf '\\377\\377\\377\\377' ;;
  other) printf '\\377\\377\\377\\377.' ;;
  cut) ;;
  fails) echo 'Failed: connection closed' >&2; exit 1 ;;
  hangs) exec sleep 3600 ;;
esac
`;
/** Stands in for MySQL’s client: its data are the lines of a file, which a dump that is loaded writes. */
const MYSQL = `#!/bin/sh
[ "$MYSQL_PWD" = "$MYSQL_ROOT_PASSWORD" ] || exit 9
case " $* " in *quiet*) exit 9 ;; esac
data=/var/lib/mysql/table
case "$*" in
  *'SELECT 1') echo 1 ;;
  *CONCAT*tables*) if [ -e $data ]; then echo 'tables 1'; else echo 'tables 0'; fi ;;
  *COUNT*) if [ -e $data ]; then echo 'count t;'; fi ;;
  *DROP*) echo 'drop all;' ;;
  *--execute=*) ;;
  *) while read -r line; do
    case $line in
      'count t;') echo "table shop.t rows $(wc -l <$data)" ;;
      'drop all;') rm -f $data; echo emptied >>/var/lib/mysql/story ;;
      INSERT*) echo rows >>$data; echo loaded >>/var/lib/mysql/story ;;
    esac
  done ;;
esac
`;

/** Stand in for MongoDB’s shell, and for what loads its archives. */
const MONGOSH = `#!/bin/sh
case "$*" in
  *ping*) echo 1 ;;
  *setName*) ;;
  *ismaster*) if [ -e /member ]; then echo false; else echo true; fi ;;
esac
`;
const MONGORESTORE = `#!/bin/sh
read -r password
[ "$password" = "$MONGO_INITDB_ROOT_PASSWORD" ] || exit 9
case " $* " in *quiet*) exit 9 ;; esac
case " $* " in *" --username root --authenticationDatabase admin --drop "*) ;; *) exit 9 ;; esac
for word in "$@"; do case $word in --archive=*) grep -q rows "\${word#*=}" && echo rows >/data/db/table ;; esac; done
`;
const SERVER = '#!/bin/sh\nexec sleep 1000\n';
/** All of these write to one volume, so that one snapshot asks them all. */
const BAD = ['cut', 'other', 'fails', 'hangs'];

needs(
  'engine',
  'busybox',
  'restic',
)('dumps of MySQL and MongoDB, by programs that stand in for theirs', () => {
  let bench: Bench;
  let engine: Engine;
  let taken: Map<string, SnapshotTaken>;
  const run = (...args: readonly string[]) =>
    bench.run(args, { environment: { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost } });

  const ok = async (...args: readonly string[]) => {
    const ran = await run(...args);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    const image = (
      tag: string,
      server: string,
      programs: Readonly<Record<string, string>>,
      ...more: readonly string[]
    ) =>
      buildImage(
        engine,
        tag,
        [...BASE_LINES, 'COPY my* mongo* /usr/bin/', 'RUN chmod 755 /usr/bin/*', ...more, `CMD ["${server}"]`],
        { [server]: SERVER, ...programs },
      );
    await image('mysql:8', 'mysqld', { mysqldump: MYSQLDUMP, mysql: MYSQL });
    const mongo = { mongodump: MONGODUMP, mongosh: MONGOSH, mongorestore: MONGORESTORE };
    await image('mongo:7', 'mongod', mongo);
    await image('mongo:8', 'mongod', mongo, 'RUN touch /member');
    for (const mode of ['good', ...BAD]) {
      const volume = mode === 'good' ? 'good' : 'bad';
      const start = (tag: string, at: string, variable: string, ...more: readonly string[]) =>
        engine.docker(
          ...['run', '--detach', '--network', 'none', '--name', `${tag.split(':')[0]}-${mode}`],
          ...['--volume', `${volume}:${at}`, '--env', `MODE=${mode}`, '--env', `${variable}=${SECRET}`],
          ...['--label', 'holdfast.volume.dump-silence=1s', ...more, tag],
        );
      await start('mysql:8', '/var/lib/mysql', 'MYSQL_ROOT_PASSWORD');
      const probe = ['--label', 'holdfast.volume.probe=cat /data/db/table'];
      await start('mongo:7', '/data/db', 'MONGO_INITDB_ROOT_PASSWORD', ...(mode === 'good' ? probe : []));
      await engine.docker('exec', `mysql-${mode}`, 'sh', '-c', 'echo rows >/var/lib/mysql/table');
    }
    writeFileSync(bench.path('password'), 'never shown to anybody\n', { mode: 0o600 });
    await ok('init');
    const where = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    await ok('volume', 'repo', 'init', 'main', ...where);
    const ran = await run('volume', 'snapshot', 'good', 'bad', '--format', 'json');
    // Those without a dump are told.
    expect(ran.code, ran.stderr).toBe(1);
    const { snapshots } = JSON.parse(ran.stdout) as { snapshots: readonly SnapshotTaken[] };
    taken = new Map(snapshots.map((one) => [one.volume, one]));
    expect(ran.stdout + ran.stderr).not.toContain(SECRET);
  });

  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  const stored = (volume: string): Promise<string> =>
    ok('volume', 'browse', taken.get(volume)?.snapshot ?? '', '--from-root', '--recursive');
  const said = (name: string): string => {
    const problems = taken.get('bad')?.problems ?? [];
    return problems.flatMap(({ code, message }) => (message.includes(name) ? [`${code} ${message}`] : [])).join('\n');
  };

  test('a whole dump is kept beside the files', async () => {
    const dumps = ['mongo-good/mongo/all.archive', 'mysql-good/mysql/all-databases.sql'];
    expect(taken.get('good')).toMatchObject({ complete: true, method: 'dump+pause', dumps });
    expect(await stored('good')).toContain('all-databases.sql');
  });

  test('a drill loads both, each into a server of its own that was emptied before', async () => {
    const ran = await run('volume', 'drill', 'good', '--format', 'json', '--keep');
    const report = JSON.parse(ran.stdout) as VolumeDrillReport;
    expect(report, ran.stderr).toMatchObject({ outcome: 'passed', dumps: 2, dumpsLoaded: 2 });
    expect(report.loads).toMatchObject([
      { container: 'mongo-good', outcome: 'passed', loaded: 1, after: 'rows' },
      { container: 'mysql-good', outcome: 'passed', loaded: 1, after: 'tables 1\ntable shop.t rows 1' },
    ]);
    const story = await engine.docker('exec', report.keptLoads[1] ?? '', 'cat', '/var/lib/mysql/story');
    expect(story).toBe('emptied\nloaded\n');
    expect(ran.stdout + ran.stderr).not.toContain(SECRET);
  });

  test('what a drill’s server cannot take, whatever is in it, is not proven, and it is said why', async () => {
    const data = ['--volume', 'member:/data/db', '--env', 'MODE=good', '--env', `MONGO_INITDB_ROOT_PASSWORD=${SECRET}`];
    await engine.docker('run', '--detach', '--network', 'none', '--name', 'member', ...data, 'mongo:8');
    await ok('volume', 'snapshot', 'member');
    const report = JSON.parse(await ok('volume', 'drill', 'member', '--format', 'json')) as VolumeDrillReport;
    expect(report.loads).toMatchObject([{ container: 'member', outcome: 'unproven', loaded: 0 }]);
    expect(report).toMatchObject({
      outcome: 'unproven',
      reasons: [
        { code: 'DRILL_NO_PROBE' },
        { code: 'DRILL_LOAD_UNFIT', hint: 'It said: it is a member of a replica set, which a drill does not set up' },
      ],
    });
  });

  test('where the image has no tool for one nothing is missing, unless a label asks for it', async () => {
    const bare = ['--detach', '--network', 'none', '--volume', 'bare:/var/lib/mysql', 'mysql:8.4'];
    const lines = [...BASE_LINES, 'COPY mysqld /usr/bin/', 'RUN chmod 755 /usr/bin/*', 'CMD ["mysqld"]'];
    await buildImage(engine, 'mysql:8.4', lines, { mysqld: SERVER });
    const started = async (name: string, ...more: readonly string[]) => {
      await engine.docker('run', '--name', name, ...more, ...bare);
      const ran = await run('volume', 'snapshot', 'bare', '--format', 'json');
      await engine.docker('rm', '--force', name);
      const { complete, method, problems }: SnapshotTaken = JSON.parse(ran.stdout);
      return { code: ran.code, complete, method, problems: problems.map(({ code }) => code) };
    };
    const told = { method: 'pause', problems: expect.arrayContaining(['DUMP_TOOL_MISSING']) };
    expect(await started('unasked')).toMatchObject({ ...told, code: 0, complete: true });
    const label = ['--label', 'holdfast.volume.method=dump,pause'];
    expect(await started('asked', ...label)).toMatchObject({ ...told, code: 1, complete: false });
  });

  test('without one the files are kept all the same, and nothing of a dump that broke off', async () => {
    expect(taken.get('bad')).toMatchObject({ complete: false, method: 'pause', dumps: [] });
    const files = await stored('bad');
    expect(files).toContain('table');
    expect(files).not.toMatch(/all-databases|all\.archive/);
  });

  test('one that its program took for whole, and that does not end as it should, is told', () => {
    for (const name of ['mysql-cut', 'mysql-other', 'mongo-cut', 'mongo-other'])
      expect(said(name)).toMatch(/^DUMP_TRUNCATED .* does not end as it should$/m);
  });

  test('of one that fails it is said why', () => {
    expect(said('mongo-fails')).toMatch(/^DUMP_FAILED .*ended with 1 \(Failed: connection closed\)$/m);
    expect(said('mysql-fails')).toMatch(/^DUMP_FAILED .*ended with 3 \(mysqldump: Got error: 2013/m);
  });

  test('one that hangs is given up and ended', async () => {
    for (const name of ['mysql-hangs', 'mongo-hangs']) {
      expect(said(name)).toMatch(/^DUMP_SILENT .* wrote next to nothing for 1 s and was ended$/m);
      for (let tried = 0; (await engine.docker('top', name)).includes('3600'); tried += 1) {
        if (tried > 100) throw new Error(await engine.docker('top', name));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  });
});
