// The record's cases: appending, replaying, verifying, and asking a long one.

import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { inFreshDirectory, spread } from './measure.mjs';
import { compare } from './pairs.mjs';

/** @typedef {import('./cases.mjs').Setup} Setup */
/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {{ readonly events: number, readonly ms: number, readonly cpuMs: number, readonly leafBytes: number }} Run */

const EVENTS = 1_000_000;
const IMAGES = 100_000;

/**
 * Runs a program of the bench, which prints one JSON object.
 * @param {string} program a bundle @param {readonly string[]} args
 */
function answerOf(program, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr.slice(-2000)}`);
  return stdout === '' ? undefined : JSON.parse(stdout);
}

/** @param {readonly Run[]} runs */
function rates(runs) {
  const wall = spread(runs.map(({ events, ms }) => (events / ms) * 1000));
  const cpu = spread(runs.map(({ events, cpuMs }) => (events / cpuMs) * 1000));
  const text = `${perSecond(wall.min)} / ${perSecond(wall.median)} / ${perSecond(wall.max)} events/s`;
  return { median: wall.median, text: `${text} (by CPU time ${perSecond(cpu.median)})` };
}

/** @param {number} rate */
const perSecond = (rate) => Math.round(rate).toLocaleString('en');

/** @param {string} goal @param {{ readonly median: number }} rate @param {number} least */
const rateGoal = (goal, rate, least) => ({
  goal: `${goal}: at least ${perSecond(least)} events/s`,
  measured: `${perSecond(rate.median)} events/s`,
  met: rate.median >= least,
});

/** @type {Case} */
const append = {
  name: 'ledger-append',
  title: 'Durable appends of scans by 16 callers at once, each waiting for its own',
  async run({ scratch, rounds }) {
    const program = await bundle('ledger-append.mjs', scratch);
    const sqlite = Array.from({ length: rounds }, () =>
      inFreshDirectory(scratch, (directory) => answerOf(program, [directory])),
    );
    const postgres = Array.from({ length: Math.min(rounds, 3) }, () => answerOf(program, ['postgres', '10000']));
    const [models, plain] = [rates(sqlite.map((run) => run.withModels)), rates(sqlite.map((run) => run.without))];
    const disk = spread(sqlite.flatMap((run) => run.probes));
    const leaf = sqlite[0]?.withModels.leafBytes;
    const notes = [
      `Min / median / max. One event an append, leaves of ${leaf} bytes, 5,000 images over and over; the process's own ` +
        'CPU time, all threads. A tenth as many before the clock starts.',
      `- SQLite, with the read models that run in the append: ${models.text}\n- SQLite, without: ${plain.text}\n` +
        `- durable transactions of one row by the driver alone, in the same runs: ${perSecond(disk.min)} / ` +
        `${perSecond(disk.median)} / ${perSecond(disk.max)} a second`,
    ];
    const small = rates(sqlite.map((run) => run.small));
    const smallLeaf = sqlite[0]?.small.leafBytes;
    notes.push(`Events of ${smallLeaf} bytes, all in one stream, with read models: SQLite ${small.text}`);
    const goals = [
      rateGoal(`appends on SQLite, 16 writers, leaves of ${smallLeaf} bytes`, small, 10_000),
      rateGoal(`the same, leaves of ${leaf} bytes in 5,000 streams`, models, 10_000),
    ];
    const missing = postgres[0]?.unavailable;
    if (missing !== undefined) return { rows: [], goals, notes: [...notes, `PostgreSQL not measured: ${missing}.`] };
    const [onServer, bare] = [rates(postgres.map((run) => run.withModels)), rates(postgres.map((run) => run.without))];
    notes.push(`- PostgreSQL, with read models: ${onServer.text}\n- PostgreSQL, without: ${bare.text}`);
    goals.push(rateGoal('appends on PostgreSQL, 16 writers', onServer, 2000));
    return { rows: [], goals, notes };
  },
};

/** @type {Case} */
const replay = {
  name: 'ledger-replay',
  title: 'Replay of 200,000 events in memory: decoded, checked, applied to a state',
  async run({ scratch, rounds }) {
    const program = await bundle('ledger-replay.mjs', scratch);
    const runsOf = (/** @type {string[]} */ ...kind) =>
      Array.from({ length: rounds }, () => /** @type {Run} */ (answerOf(program, ['200000', ...kind])));
    const [small, large] = [runsOf('small'), runsOf()];
    const [fast, slow] = [rates(small), rates(large)];
    const bytes = (/** @type {Run[]} */ runs) => `leaves of ${runs[0]?.leafBytes} bytes`;
    return {
      rows: [],
      goals: [
        rateGoal(`replay in memory, ${bytes(small)}`, fast, 200_000),
        rateGoal(`replay in memory, ${bytes(large)}`, slow, 200_000),
      ],
      notes: [`- ${bytes(small)}: ${fast.text}\n- ${bytes(large)}: ${slow.text}`],
    };
  },
};

/** @param {Setup} setup @param {string} name @param {(home: string) => Promise<unknown>} make */
async function homeOf({ scratch }, name, make) {
  const home = join(scratch, name);
  if (existsSync(join(home, 'config.json'))) return home;
  rmSync(home, { recursive: true, force: true });
  await make(home);
  return home;
}

/** @param {Setup} setup @param {string} home @param {readonly string[]} args */
const asked = ({ self }, home, ...args) => ({
  name: `holdfast ${args.join(' ')}`,
  command: () => ({ file: process.execPath, args: [self, ...args], env: { HOLDFAST_HOME: home } }),
});

/** @type {Case} */
const long = {
  name: 'ledger-long',
  title: 'A record of 1,000,000 events: the last of them, all of them verified',
  async run(setup) {
    const program = await bundle('ledger-build.mjs', setup.scratch);
    const homes = [];
    for (const [name, commit, ...kind] of /** @type {const} */ ([
      ['record-10000', 10_000],
      ['record-16', 16],
      ['record-small', 10_000, 'small'],
    ])) {
      const make = async (/** @type {string} */ home) =>
        answerOf(program, [home, String(EVENTS), String(commit), ...kind]);
      homes.push(await homeOf(setup, name, make));
    }
    const [, small = ''] = homes;
    const reader = await bundle('ledger-log.mjs', setup.scratch);
    const inside = Array.from({ length: setup.rounds * 2 }, () => answerOf(reader, [small]));
    const [open, last] = [spread(inside.map(({ openMs }) => openMs)), spread(inside.map(({ logMs }) => logMs))];
    const [log, version] = compare(setup.scratch, setup.rounds * 2, [
      asked(setup, small, 'log', '--limit', '50'),
      asked(setup, small, '--version'),
    ]);
    const kinds = ['few checkpoints', '62,500 checkpoints', 'leaves of 450 bytes, few checkpoints'];
    const verified = homes.flatMap((home, index) =>
      compare(setup.scratch, Math.min(setup.rounds, 3), [asked(setup, home, 'ledger', 'verify')]).map((row) => ({
        ...row,
        name: `${row.name}, ${kinds[index]}`,
      })),
    );
    const rows = [...(log === undefined ? [] : [log]), ...(version === undefined ? [] : [version]), ...verified];
    const logMs = log?.wallMs.median ?? Number.NaN;
    const verify = verified.map(({ wallMs }) => ({ median: (EVENTS / wallMs.median) * 1000 }));
    const [few = { median: 0 }, many = { median: 0 }, fast = { median: 0 }] = verify;
    return {
      rows,
      goals: [
        {
          goal: '1,000,000 events, opened: at most 50 ms',
          measured: `${open.median.toFixed(1)} ms`,
          met: open.median <= 50,
        },
        {
          goal: 'the last 50 of them, read and put in words: at most 100 ms',
          measured: `${last.median.toFixed(1)} ms; \`holdfast log\` as a whole process, Node with it, ${logMs.toFixed(0)} ms`,
          met: last.median <= 100,
        },
        rateGoal('full verify, leaves of 450 bytes, few checkpoints', fast, 150_000),
        rateGoal('full verify, leaves of 1,040 bytes, few checkpoints', few, 150_000),
        rateGoal('full verify, leaves of 1,040 bytes, a checkpoint for 16 events', many, 150_000),
      ],
    };
  },
};

/** @type {Case} */
const affected = {
  name: 'ledger-affected',
  title: 'Which of 100,000 recorded images hold a package',
  async run(setup) {
    const program = await bundle('ledger-images.mjs', setup.scratch);
    /** @type {{ recordMs: number, catchUpMs: number, catchUpCpuMs: number, peakMb: number } | undefined} */
    let made;
    const home = await homeOf(setup, 'record-images', async (directory) => {
      made = answerOf(program, [directory, String(IMAGES)]);
    });
    const rows = compare(setup.scratch, setup.rounds, [
      asked(setup, home, 'affected', 'pkg:npm/package-77'),
      asked(setup, home, 'affected', 'pkg:deb/debian/lib3@1.1.3-1'),
      asked(setup, home, 'affected', 'pkg:deb/debian/lib3', '--format', 'json'),
    ]);
    const few = rows[1]?.wallMs.median ?? Number.NaN;
    const notes =
      made === undefined
        ? []
        : [
            `Read models caught up with all images at once: ${(made.catchUpMs / IMAGES).toFixed(1)} ms an image ` +
              `(CPU ${(made.catchUpCpuMs / IMAGES).toFixed(1)} ms), peak ${made.peakMb.toFixed(0)} MB.`,
          ];
    notes.push('The first is in 1 % of the images, the second in the images of a few bases, the third in all.');
    return {
      rows,
      goals: [
        {
          goal: '`affected` over 100,000 images: at most 1 s',
          measured: `${(few / 1000).toFixed(2)} s`,
          met: few <= 1000,
        },
      ],
      notes,
    };
  },
};

/** In the order they run. */
export const ledgerCases = [append, replay, long, affected];
