import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VolumeDrillReport } from '#api/volume-drill-report.ts';
import { buildDatabaseImage } from '../harness/database-image.ts';
import { buildServerImages } from '../harness/database-servers.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

needs(
  'engine',
  'busybox',
  'restic',
  'mmdebstrap',
)('a large PostgreSQL server', () => {
  let bench: Bench;
  let engine: Engine;
  const ok = async (...args: readonly string[]) => {
    const environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost };
    const ran = await bench.run(args, { environment });
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    await buildDatabaseImage(engine);
    await buildServerImages(engine);
    writeFileSync(bench.path('password'), 'never shown to anybody\n', { mode: 0o600 });
    await ok('init');
    const where = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    await ok('volume', 'repo', 'init', 'main', ...where);
  });

  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  test('is kept as a copy of its files, of which a drill makes a server that holds what it held', async () => {
    const user = ['--env', 'POSTGRES_USER=admin', '--env', 'POSTGRES_PASSWORD=secret'];
    const place = ['--volume', 'db:/data', '--label', 'holdfast.volume.exclude=sparse'];
    await engine.docker('run', '--detach', '--network', 'none', '--name', 'db', ...user, ...place, 'postgres:15');
    // What takes no room makes it large.
    const fill = `read -r server </proc/1/comm; [ "$server" = postgres ]
      PGPASSWORD=secret psql -v ON_ERROR_STOP=1 -U admin -d shop -c 'CREATE TABLE t AS SELECT n FROM generate_series(1, 5000) AS n'
      truncate -s 60G /data/sparse`;
    const filled = () => engine.docker('exec', 'db', 'sh', '-euc', fill).catch(() => undefined);
    for (let tried = 0; (await filled()) === undefined; tried += 1) {
      if (tried > 300) throw new Error(await engine.docker('logs', 'db'));
      await sleep(200);
    }
    const taken = JSON.parse(await ok('volume', 'snapshot', 'db', '--format', 'json')) as { dumps: readonly string[] };
    expect(taken.dumps).toEqual(['db/postgres/base.tar']);
    const report = JSON.parse(await ok('volume', 'drill', 'db', '--format', 'json')) as VolumeDrillReport;
    expect(report).toMatchObject({
      ...{ outcome: 'passed', dumpsLoaded: 1 },
      loads: [{ outcome: 'passed', after: expect.stringContaining('table shop.public.t rows 5000') }],
    });
  });
});
