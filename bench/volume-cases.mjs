// Snapshots of volumes: against plain restic on the same tree in the same rounds, and how long writers stand still.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inFreshDirectory, measure, spread } from './measure.mjs';
import { startPrivateEngine } from './private-engine.mjs';

/** @typedef {import('./cases.mjs').Setup} Setup */
/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {import('./pairs.mjs').Row} Row */
/** @typedef {import('./measure.mjs').Measure} Measure */
/** @typedef {{ readonly docker: (...args: readonly string[]) => Promise<string>, readonly dockerHost: string }} Engine */

const MB = 1_000_000;
/** What both sides are given: 380 MB that hardly compress, 4,000 small files, 120 MB of a database. */
const FILL = [
  'mkdir -p /data/large /data/small /data/db',
  'for i in $(seq 1 38); do head -c 10000000 /dev/urandom >/data/large/$i; done',
  'for i in $(seq 1 4000); do echo "$i $i $i" >/data/small/$i; done',
].join('\n');
const SQL_FILL = [
  'PRAGMA journal_mode=WAL;',
  'CREATE TABLE t (id INTEGER PRIMARY KEY, value INTEGER, filling BLOB);',
  'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)',
  'INSERT INTO t SELECT i, i, randomblob(4000) FROM n;',
].join(' ');
const SQL_STEP =
  'UPDATE t SET value = value + 1, filling = randomblob(4000) WHERE id IN (SELECT 1 + abs(random()) % 30000 FROM t LIMIT 10);';
const BUSY = `while true; do sqlite3 -cmd '.timeout 5000' /data/db/one '${SQL_STEP}' >/dev/null; done`;

/** @param {Setup} setup @returns {string} a root filesystem with sqlite3, as a tar */
function sqliteFiles({ scratch }) {
  const tar = join(scratch, 'sqlite.tar');
  if (existsSync(tar)) return tar;
  const include = '--include=coreutils,dash,sqlite3';
  execFileSync('mmdebstrap', ['--quiet', '--variant=extract', '--format=tar', include, 'bookworm', `${tar}.part`]);
  execFileSync('mv', [`${tar}.part`, tar]);
  return tar;
}

/**
 * An engine with the volume `bench` and a container that could write to it.
 * @template T @param {Setup} setup @param {(engine: Engine, source: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function withVolume(setup, use) {
  const tar = sqliteFiles(setup);
  const engine = await startPrivateEngine(setup.scratch);
  try {
    await engine.docker('import', tar, 'sqlite');
    const run = ['run', '--network', 'none', '--volume', 'bench:/data'];
    await engine.docker(...run, '--rm', 'sqlite', 'sh', '-euc', `${FILL}\nsqlite3 /data/db/one "${SQL_FILL}"`);
    await engine.docker(...run, '--detach', '--name', 'writer', 'sqlite', 'sleep', '100000');
    const source = (await engine.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', 'bench')).trim();
    return await use(engine, source);
  } finally {
    await engine.stop();
  }
}

/**
 * Ours and restic's own: a home with a repository, and a repository.
 * @param {Setup} setup @param {Engine} engine @param {string} place @param {string} source
 */
function rivals({ self }, { dockerHost }, place, source) {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const password = join(place, 'password');
  writeFileSync(password, 'of the bench and nothing else\n', { mode: 0o600 });
  const env = { HOLDFAST_HOME: join(place, 'home'), DOCKER_HOST: dockerHost, XDG_CACHE_HOME: join(place, 'cache') };
  const own = (/** @type {readonly string[]} */ ...args) => ({ file: process.execPath, args: [self, ...args], env });
  const repository = join(place, 'theirs');
  const theirs = {
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD_FILE: password,
    XDG_CACHE_HOME: join(place, 'cache2'),
  };
  const sure = (/** @type {{ file: string, args: readonly string[], env: object }} */ command) => {
    const all = { PATH: process.env['PATH'], HOME: place, ...command.env };
    const { status, stderr } = spawnSync(command.file, command.args, { env: all, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command.file} ${command.args.join(' ')}: ${stderr.slice(-2000)}`);
  };
  sure(own('init'));
  sure(own('volume', 'repo', 'init', 'main', '--location', join(place, 'ours'), '--password-file', password));
  sure({ file: 'restic', args: ['init', '--quiet'], env: theirs });
  const pass = `restic backup --quiet --host bench '${source}'`;
  return {
    ours: own('volume', 'snapshot', 'bench', '--repo', 'main', '--format', 'json'),
    two: { file: 'sh', args: ['-c', `${pass} && ${pass}`], env: theirs },
    own,
    repository: join(place, 'ours'),
  };
}

/** @param {string} name @param {readonly Measure[]} measures @returns {Row} */
const row = (name, measures) => ({
  name,
  wallMs: spread(measures.map(({ wallMs }) => wallMs)),
  cpuMs: spread(measures.map(({ cpuMs }) => cpuMs)),
  peakMb: spread(measures.map(({ peakMb }) => peakMb)),
});

/** @param {string} what @param {Row} ours @param {Row} two */
const against = (what, ours, two) => {
  const limit = 1.1 * two.wallMs.median + 500;
  return {
    goal: `${what}: at most 1.1x of two passes of restic plus 0.5 s`,
    measured: `${(ours.wallMs.median / 1000).toFixed(2)} s, restic ${(two.wallMs.median / 1000).toFixed(2)} s`,
    met: ours.wallMs.median <= limit,
  };
};

/** The way of many scripts: packed, compressed and encrypted in one thread, everything every time. */
const ARCHIVE =
  'tar -C "$1" -c . | gzip | gpg --batch --quiet --symmetric --compress-algo none --passphrase-file "$2" -o "$3"';

/** @type {Case} */
const snapshot = {
  name: 'volume-snapshot',
  title: 'Snapshots of a volume of 500 MB: the first, and another after 1 % of it changed',
  run: (setup) =>
    withVolume(setup, async (engine, source) => {
      const rounds = Math.min(setup.rounds, 3);
      const place = join(setup.scratch, 'volume-snapshot');
      /** @type {Record<'first' | 'firstTwo' | 'next' | 'nextTwo' | 'archive', Measure[]>} */
      const all = { first: [], firstTwo: [], next: [], nextTwo: [], archive: [] };
      const timed = (/** @type {import('./measure.mjs').Command} */ command) =>
        inFreshDirectory(setup.scratch, (directory) => measure(command, directory));
      for (let round = 0; round < rounds; round += 1) {
        const { ours, two } = rivals(setup, engine, place, source);
        // Whoever comes first warms the page cache for the other: it is warm before.
        execFileSync('sh', ['-c', `tar -C '${source}' -c . | wc -c >/dev/null`]);
        all.first.push(timed(ours));
        all.firstTwo.push(timed(two));
        for (let change = 0; change < 2; change += 1) {
          const script =
            'for i in $(seq 1 40); do date +%s%N >/data/small/$i; done; head -c 5000000 /dev/urandom >/data/large/1';
          await engine.docker('exec', 'writer', 'sh', '-c', script);
          all.next.push(timed(ours));
          all.nextTwo.push(timed(two));
        }
        const file = join(place, 'archive.gpg');
        const args = ['-c', ARCHIVE, 'sh', source, join(place, 'password'), file];
        if (round === 0) all.archive.push(timed({ file: 'sh', args, env: { GNUPGHOME: place } }));
      }
      const [first, firstTwo] = [row('holdfast, first', all.first), row('two passes of restic, first', all.firstTwo)];
      const [next, nextTwo] = [row('holdfast, next', all.next), row('two passes of restic, next', all.nextTwo)];
      return {
        rows: [first, firstTwo, next, nextTwo, row('tar, gzip and gpg, every time', all.archive)],
        goals: [against('first snapshot', first, firstTwo), against('next snapshot', next, nextTwo)],
        notes: [
          'Both make two passes: holdfast makes the second while the writer is paused. CPU of restic’s own children is counted; ' +
            'peak is the largest single process.',
        ],
      };
    }),
};

/** @type {Case} */
const hold = {
  name: 'volume-hold',
  title: 'How long a busy SQLite database in a volume of 500 MB stands still',
  run: (setup) =>
    withVolume(setup, async (engine, source) => {
      const { ours } = rivals(setup, engine, join(setup.scratch, 'volume-hold'), source);
      await engine.docker('exec', '--detach', 'writer', 'sh', '-c', BUSY);
      /** @type {number[]} */
      const heldMs = [];
      /** @type {Measure[]} */
      const measures = [];
      for (let round = 0; round <= setup.rounds * 2; round += 1) {
        const done = inFreshDirectory(setup.scratch, (directory) => measure(ours, directory));
        measures.push(done);
        heldMs.push(JSON.parse(done.stdout).holdMs);
      }
      const { min, median, max } = spread(heldMs);
      return {
        rows: [row('holdfast volume snapshot', measures)],
        goals: [
          {
            goal: 'hold of a 500 MB volume with a busy database: less than 2 s, the longest of all',
            measured: `${(max / 1000).toFixed(2)} s`,
            met: max < 2000,
          },
        ],
        notes: [
          `Held for ${min} / ${median} / ${max} ms (min / median / max of ${heldMs.length}, the first of them the first snapshot), ` +
            'while one client after the other updates 10 of 30,000 rows of 4 kB in WAL mode, as fast as it can.',
        ],
      };
    }),
};

/** @type {Case} */
const verify = {
  name: 'volume-verify',
  title: '`volume verify --independent`: every hash recomputed without restic',
  run: (setup) =>
    withVolume(setup, async (engine, source) => {
      const { ours, own, repository } = rivals(setup, engine, join(setup.scratch, 'volume-verify'), source);
      inFreshDirectory(setup.scratch, (directory) => measure(ours, directory));
      const stored = Number(execFileSync('du', ['-sb', repository], { encoding: 'utf8' }).split('\t')[0]);
      const measures = Array.from({ length: setup.rounds }, () =>
        inFreshDirectory(setup.scratch, (directory) =>
          measure(own('volume', 'verify', '--independent', '--repo', 'main'), directory),
        ),
      );
      const figures = row('holdfast volume verify', measures);
      const rate = stored / MB / (figures.wallMs.median / 1000);
      return {
        rows: [figures],
        goals: [
          { goal: 'independent verify: at least 100 MB/s', measured: `${rate.toFixed(0)} MB/s`, met: rate >= 100 },
        ],
        notes: [`${(stored / MB).toFixed(0)} MB of repository, the whole process with deriving the key.`],
      };
    }),
};

/** @type {Case} */
const ls = {
  name: 'volume-ls',
  title: '`volume ls` over 200 volumes',
  run: (setup) =>
    withVolume(setup, async (engine, source) => {
      const { own } = rivals(setup, engine, join(setup.scratch, 'volume-ls'), source);
      for (let made = 0; made < 199; made += 1) await engine.docker('volume', 'create', `volume-${made}`);
      const volumes = join(source, '../..');
      for (const name of readdirSync(volumes).filter((one) => one.startsWith('volume-'))) {
        for (let file = 0; file < 50; file += 1)
          writeFileSync(join(volumes, name, '_data', `file-${file}`), `${file}\n`);
      }
      const measures = Array.from({ length: setup.rounds * 2 }, () =>
        inFreshDirectory(setup.scratch, (directory) => measure(own('volume', 'ls'), directory)),
      );
      const figures = row('holdfast volume ls', measures);
      const { median } = figures.wallMs;
      return {
        rows: [figures],
        goals: [
          {
            goal: '`volume ls` over 200 volumes: at most 1 s',
            measured: `${(median / 1000).toFixed(2)} s`,
            met: median <= 1000,
          },
        ],
        notes: ['One with 500 MB in 4,040 files and a container, 199 with 50 files each.'],
      };
    }),
};

/** In the order they run. */
export const volumeCases = [snapshot, hold, verify, ls];
