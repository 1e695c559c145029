import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, PROGRAM_PHASES, type ProgramPhase, type ProgramPhaseName } from './program-phases.ts';
import {
  clientOf,
  isReading,
  RESTIC_PHASES,
  type ResticPhase,
  type ResticPhaseName,
  readerOf,
} from './restic-phases.ts';
import { readState } from './states.ts';
import type { VolumeBench } from './volume-bench.ts';

/** Everything that was held runs again within this time. */
const RELEASE_LIMIT_MS = 5_000;
/** A phase that was missed, because what goes on in it was over, is tried again so often. */
const TRIES = 6;
/** What restic is caught reading is made of holes: it takes a while, and no room. */
const HOLES_BYTES = 400_000_000;

/** What a number of kills came to. */
export interface Tally {
  /** How often each phase was hit, as the program that died said, or was seen to do. */
  readonly hits: Map<string, number>;
  /** Runs that were over before they could be killed where they were to be. */
  missed: number;
  /** The longest time until everything ran again. */
  slowestMs: number;
}

export function newTally(): Tally {
  return { hits: new Map(), missed: 0, slowestMs: 0 };
}

/** A line a phase, by name. */
export function histogram({ hits, missed, slowestMs }: Tally): string {
  const lines = [...hits].sort(([a], [b]) => (a < b ? -1 : 1));
  const total = lines.reduce((sum, [, times]) => sum + times, 0);
  const rows = lines.map(([phase, times]) => `${phase.padEnd(46)} ${'#'.repeat(times)} ${times}\n`).join('');
  return `${rows}${total} kills; ${missed} runs missed; the slowest release ${Math.round(slowestMs)} ms`;
}

function hit(tally: Tally, phase: string): void {
  tally.hits.set(phase, (tally.hits.get(phase) ?? 0) + 1);
}

/** Runs a job of the program on `main` and kills the program in a phase; then everything runs again. */
export async function killProgram(
  bench: VolumeBench,
  name: ProgramPhaseName,
  random: () => number,
  tally: Tally,
): Promise<void> {
  const phase: ProgramPhase = PROGRAM_PHASES[name];
  const { at, until, nth = 1, withinMs = 0, first } = phase;
  for (let tries = 1; ; tries += 1) {
    const args = await prepare(bench, phase.job, 'main');
    const before = readState(bench.place('swap'));
    const share = random();
    const who = share < 0.4 ? 'main' : share < 0.6 ? 'group' : 'all';
    // The later attempts come sooner.
    const delayMs = withinMs === 0 ? 0 : 1 + Math.floor((random() * withinMs) / tries);
    const act = { kind: 'kill', who } as const;
    if (first !== undefined) await bench.runTo(args, { at: first, nth: 1, delayMs: 0, act });
    const ended = await bench.runTo(args, { at, nth, delayMs, act, ...(until === undefined ? {} : { until }) });
    const begun = performance.now();
    // With the watchdog dead, too, it takes the next run.
    if (who === 'all' || random() < 0.3) await bench.ok('volume', 'reconcile');
    await runsAgain(bench, `${name}, ${who} killed after "${ended.step}": ${ended.said}`, begun, tally);
    // The old or the new, whole.
    const now = readState(bench.place('swap'));
    if (now > before) throw new Error(`${name}: the volume was at ${before} and is at ${now}`);
    if (ended.step !== undefined) return hit(tally, name);
    tally.missed += 1;
    if (ended.code !== 0) throw new Error(`${name}: it was not killed, and ended with ${ended.code}: ${ended.said}`);
    if (tries === TRIES) throw new Error(`${name} was not come to`);
  }
}

/** Runs a job of the program on `far` and kills restic in a phase; the program says so, and everything runs again. */
export async function killRestic(
  bench: VolumeBench,
  name: ResticPhaseName,
  random: () => number,
  tally: Tally,
): Promise<void> {
  const { restic, ask }: ResticPhase = RESTIC_PHASES[name];
  for (let tries = 1; ; tries += 1) {
    const args = await prepare(bench, JOBS[restic], 'far');
    // Of what comes several times, such as both passes, not always the first.
    let left = tries > 2 ? 1 : 1 + Math.floor(random() * 2);
    let died: number | undefined;
    const over = new AbortController();
    bench.server.watch(async ({ what, folder, when, port }) => {
      if (died !== undefined || what !== ask?.what || folder !== ask.folder || when !== ask.when) return;
      const pid = clientOf(port, restic);
      if (pid === undefined) return;
      left -= 1;
      if (left > 0) return;
      died = pid;
      process.kill(pid, 'SIGKILL');
      // What it asked for is answered to nobody.
      while (isAlive(pid)) await sleep(1);
    });
    const reading = ask === undefined ? killReader(bench, restic, over.signal) : undefined;
    const ran = await bench.run(...args);
    over.abort();
    bench.server.watch(undefined);
    died ??= await reading;
    const said = `${name}: ended with ${ran.code}: ${ran.stdout}${ran.stderr}`;
    await runsAgain(bench, said, performance.now(), tally);
    // What is not whole is not there.
    if (restic === 'restore' && ran.code !== 0 && readdirSync(bench.bench.path('restored')).length > 0) {
      throw new Error(`${said}: something is left of it`);
    }
    rmSync(bench.bench.path('restored'), { recursive: true, force: true });
    if (ran.code !== 0 && (died === undefined || ran.code !== 1)) throw new Error(said);
    if (died !== undefined) return hit(tally, name);
    tally.missed += 1;
    if (tries === TRIES) throw new Error(`${name} was not come to`);
  }
}

const JOBS: Readonly<Record<ResticPhase['restic'], Preparable>> = {
  backup: 'snapshot',
  forget: 'retention',
  prune: 'retention',
  check: 'check',
  restore: 'restore-new',
  copy: 'copy',
};

/** Stops a restic that has a file of `log` open, looks whether it still has, and kills it then. Gives its number. */
async function killReader(bench: VolumeBench, command: string, over: AbortSignal): Promise<number | undefined> {
  const source = bench.place('log');
  const holes = join(source, 'holes');
  writeFileSync(holes, '');
  truncateSync(holes, HOLES_BYTES);
  try {
    while (!over.aborted) {
      const pid = readerOf(source, command);
      if (pid === undefined) {
        await sleep(2);
        continue;
      }
      process.kill(pid, 'SIGSTOP');
      const isThere = isReading(pid, source);
      process.kill(pid, isThere ? 'SIGKILL' : 'SIGCONT');
      if (isThere) return pid;
    }
    return undefined;
  } finally {
    rmSync(holes);
  }
}

async function runsAgain(bench: VolumeBench, what: string, begun: number, tally: Tally): Promise<void> {
  try {
    await bench.untilRuns(Math.max(0, RELEASE_LIMIT_MS - (performance.now() - begun)));
  } catch (error) {
    throw new Error(`not everything runs again (${String(error)}): ${what}`);
  }
  tally.slowestMs = Math.max(tally.slowestMs, performance.now() - begun);
}

type Preparable = Job | 'check' | 'restore-new';

/** Gives a job something to do, and its command line. */
async function prepare(bench: VolumeBench, job: Preparable, repository: string): Promise<readonly string[]> {
  const to = ['--repo', repository];
  switch (job) {
    case 'snapshot':
      bench.change('log');
      return ['volume', 'snapshot', 'log', ...to];
    case 'restore':
      bench.change('swap');
      return ['volume', 'restore', 'latest', '--volume', 'swap', '--in-place', ...to];
    case 'retention':
      await snapshotOfSmall(bench, repository);
      return ['volume', 'retention', 'apply', '--volume', 'small', '--prune', ...to];
    case 'copy':
      return ['volume', 'repo', 'copy', repository, 'second', await snapshotOfSmall(bench, repository)];
    case 'drill':
      return ['volume', 'drill', 'swap', ...to];
    case 'daemon':
      bench.change('log');
      // As if it had never been done: a minute since it was set was missed.
      await sleep(Math.max(0, bench.scheduledMs + 61_000 - Date.now()));
      rmSync(bench.bench.path('holdfast/schedules/state'), { recursive: true, force: true });
      return ['volume', 'daemon', '--once', '--check-every', '0'];
    case 'check':
      return ['volume', 'repo', 'check', repository, '--all'];
    case 'restore-new': {
      const parent = bench.bench.path('restored');
      mkdirSync(parent, { recursive: true });
      return ['volume', 'restore', 'latest', '--volume', 'small', '--target', join(parent, 'new'), ...to];
    }
  }
}

async function snapshotOfSmall(bench: VolumeBench, repository: string): Promise<string> {
  bench.change('small');
  const text = await bench.ok('volume', 'snapshot', 'small', '--repo', repository, '--format', 'json');
  return JSON.parse(text).snapshot;
}

/** One of each job, none of which is killed: all go well, whatever the ones before have left. */
export async function runEach(bench: VolumeBench, jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) await bench.ok(...(await prepare(bench, job, 'main')));
  for (const job of ['snapshot', 'retention', 'copy'] as const) await bench.ok(...(await prepare(bench, job, 'far')));
}

function isAlive(pid: number): boolean {
  try {
    return existsSync(`/proc/${pid}`) && !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
