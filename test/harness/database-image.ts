import { buildImage } from './build-image.ts';
import { debianFiles } from './debian-files.ts';
import type { Engine } from './engine.ts';

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
/** Half of the bytes, and nothing that a server or a dump needs: each engine would unpack them again. */
const LEFT_OUT = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
  'usr/share/i18n',
  'usr/share/perl',
  // The compiler of PostgreSQL's expressions. Without its module it does without.
  'usr/lib/postgresql/15/lib/llvmjit.so',
  'usr/lib/postgresql/15/lib/bitcode',
  'usr/lib/*/libLLVM-*',
  'usr/lib/*/libz3.so*',
  'usr/bin/aria_*',
  'usr/bin/myisam*',
];

/**
 * Builds the image `databases` with Debian's PostgreSQL, MariaDB, Redis and SQLite: their files, nothing set up. Users
 * are root and `postgres` (70).
 */
export async function buildDatabaseImage(engine: Engine): Promise<void> {
  const leaveOut = `cd "$1" && rm -rf ${LEFT_OUT.join(' ')}`;
  const args = ['--variant=extract', `--include=${PACKAGES.join(',')}`, `--extract-hook=${leaveOut}`];
  await engine.docker('import', debianFiles('databases', args), 'databases-files');
  await buildImage(engine, 'databases', [
    'FROM databases-files',
    'ENV PATH=/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'RUN echo root:x:0:0::/root:/bin/sh >/etc/passwd && echo postgres:x:70:70::/data:/bin/sh >>/etc/passwd',
    'RUN rm -rf /var/run && ln -s /run /var/run && mkdir -p /data /run/postgresql /run/mysqld && chown 70:70 /data /run/postgresql',
  ]);
}
