import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildImage } from './build-image.ts';
import type { Engine } from './engine.ts';

const CACHE = join(import.meta.dirname, '../../.scratch/images');
const PACKAGES = [
  'coreutils',
  'dash',
  'grep',
  'sed',
  'redis-server',
  'postgresql',
  'mariadb-server',
  'mariadb-client',
  'sqlite3',
];

/**
 * Builds the image `databases` with Debian's PostgreSQL, MariaDB, Redis and SQLite: their files, nothing set up. The
 * packages are fetched once and kept in the checkout's scratch directory. Users are root and `postgres` (70).
 */
export async function buildDatabaseImage(engine: Engine): Promise<void> {
  const key = createHash('sha256').update(PACKAGES.join(' ')).digest('hex').slice(0, 12);
  const tar = join(CACHE, `databases-${key}.tar`);
  if (!existsSync(tar)) {
    mkdirSync(CACHE, { recursive: true });
    const made = `${tar}.${process.pid}`;
    try {
      const include = `--include=${PACKAGES.join(',')}`;
      execFileSync('mmdebstrap', ['--quiet', '--variant=extract', '--format=tar', include, 'bookworm', made], {
        stdio: 'pipe',
      });
      renameSync(made, tar);
    } finally {
      rmSync(made, { force: true });
    }
  }
  await engine.docker('import', tar, 'databases-files');
  await buildImage(engine, 'databases', [
    'FROM databases-files',
    'ENV PATH=/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'RUN echo root:x:0:0::/root:/bin/sh >/etc/passwd && echo postgres:x:70:70::/data:/bin/sh >>/etc/passwd',
    'RUN rm -rf /var/run && ln -s /run /var/run && mkdir -p /data /run/postgresql /run/mysqld && chown 70:70 /data /run/postgresql',
  ]);
}
