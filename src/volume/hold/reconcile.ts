import { uptime } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineControl } from '#base/engine/engine.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import type { Why } from '#volume/hold/decide.ts';
import type { Deadline, HoldRecord } from '#volume/hold/hold-record.ts';
import { type Holder, holderState } from '#volume/hold/holder.ts';
import {
  type Claim,
  claimer,
  claimHold,
  type JournalFile,
  openHold,
  readHold,
  readJournal,
} from '#volume/hold/journal.ts';
import { type Released, releaseContainer } from '#volume/hold/release.ts';

export interface ReconcileDeps {
  /** The journal's directory. */
  readonly journal: string;
  readonly self: Holder;
  /** The engine at an address that a journal names. */
  readonly connect: (address: string) => Promise<EngineControl>;
  readonly now: () => Date;
}

/** A container of a hold that was ended, and what became of it. */
export interface ReconciledContainer {
  readonly hold: string;
  readonly container: string;
  readonly name: string;
  readonly did: 'unpaused' | 'started' | 'nothing' | 'failed';
  /** Why nothing was done. */
  readonly why?: Why;
}

export interface Reconciled {
  readonly containers: readonly ReconciledContainer[];
  /** Ids of holds that belong to somebody who lives. */
  readonly living: readonly string[];
  /** What could not be done: the journal keeps it, and the next run tries again. */
  readonly problems: readonly Problem[];
}

/** A claim from elsewhere that is older than this counts as abandoned. */
const CLAIM_LIMIT_MS = 10 * 60_000;
/** By how much the clocks of two machines may differ. */
const CLOCKS_DIFFER_MS = 2 * 60_000;
/** How long another that is releasing is waited for. */
const OTHERS_LIMIT_MS = 20_000;
const LOOK_MS = 50;

/**
 * Releases what dead runs held, and what is overdue; leaves alone what a living one holds. It may be done at any time, by
 * several at once, any number of times. What cannot be released now stays in the journal and is told as a problem, as is
 * what cannot be read.
 */
export async function reconcileHolds(deps: ReconcileDeps): Promise<Reconciled> {
  const containers: ReconciledContainer[] = [];
  for (;;) {
    const pass = await reconcileOnce(deps);
    containers.push(...pass.containers);
    // Who was waited for may have died over it.
    if (!pass.waited) return { containers, living: pass.living, problems: pass.problems };
  }
}

async function reconcileOnce(deps: ReconcileDeps): Promise<Reconciled & { readonly waited: boolean }> {
  const containers: ReconciledContainer[] = [];
  const living: string[] = [];
  const problems: Problem[] = [];
  let waited = false;
  const { files, foreign } = readJournal(deps.journal);
  for (const { path } of foreign) problems.push(foreignFile(path));
  for (const file of files) {
    if (file.hold.kind === 'unreadable') {
      problems.push(unreadable(file.path, file.hold.why));
      continue;
    }
    switch (standing(deps, file, file.hold.record)) {
      case 'living':
        living.push(file.id);
        break;
      case 'being-released':
        if (await untilGone(file.path)) waited = true;
        else problems.push(stuck(file));
        break;
      case 'to-release': {
        const done = await releaseHold(deps, file);
        containers.push(...done.containers);
        problems.push(...done.problems);
      }
    }
  }
  return { containers, living, problems, waited };
}

/** Whether somebody else is at work on it. */
export function isBeingReleased({ self, now }: ReconcileDeps, { claim }: JournalFile): boolean {
  return claim !== undefined && isReleasing(claim, self, now());
}

/** Whose a hold is, as far as can be seen from here. */
function standing(
  deps: ReconcileDeps,
  file: JournalFile,
  { intent, deadline }: HoldRecord,
): 'living' | 'being-released' | 'to-release' {
  if (isBeingReleased(deps, file)) return 'being-released';
  if (file.claim !== undefined) return 'to-release';
  const { self, now } = deps;
  const state = holderState(intent.holder, self);
  if (state === 'dead') return 'to-release';
  return isOverdue(deadline, intent.holder.bootId === self.bootId, now()) ? 'to-release' : 'living';
}

function isReleasing(claim: Claim, self: Holder, now: Date): boolean {
  const by = claimer(claim.token, self);
  const state = holderState(by, self);
  if (state === 'elsewhere') return now.getTime() - claim.since.getTime() < CLAIM_LIMIT_MS;
  return state === 'alive' && by.pid !== self.pid;
}

/** On this machine the time since the boot counts, which is right whatever the clock says. */
export function isOverdue(deadline: Deadline, sameBoot: boolean, now: Date): boolean {
  if (sameBoot) return uptime() * 1000 > deadline.uptimeMs;
  return now.getTime() > Date.parse(deadline.at) + CLOCKS_DIFFER_MS;
}

/** Releases one hold, whoever's it is; nothing when another is faster. */
export async function releaseHold(
  deps: ReconcileDeps,
  file: JournalFile,
): Promise<Pick<Reconciled, 'containers' | 'problems'>> {
  const path = claimHold(deps.journal, file, deps.self);
  // Its holder may have gone on until it was claimed.
  const hold = path === undefined ? undefined : readHold(path);
  if (path === undefined || hold?.kind !== 'hold') return { containers: [], problems: [] };
  const { intent, steps } = hold.record;
  const containers: ReconciledContainer[] = [];
  const problems: Problem[] = [];
  const open = openHold(deps.journal, path);
  try {
    const engine = await deps.connect(intent.engine);
    for (const [at, held] of [...intent.containers.entries()].reverse()) {
      const released = await releaseContainer(engine, intent, held, steps.get(held.id));
      containers.push({ hold: intent.id, container: held.id, name: held.name, ...told(released) });
      if (released.kind === 'failed') problems.push(notReleased(held.name, released.said, path));
      else open.step(at, 'released', false);
    }
    if (problems.length === 0) open.clear();
  } catch (error) {
    const { code, message } = problemOf(error);
    const names = intent.containers.map(({ name }) => name).join(', ');
    problems.push({
      code: 'HOLD_NOT_RELEASED',
      message: `What an ended run held is not released yet (${names}): ${message} [${code}]`,
      path,
      hint: `Make the engine at ${intent.engine} answer, then run: holdfast volume reconcile`,
    });
  } finally {
    open.leave();
  }
  return { containers, problems };
}

function told(released: Released): Pick<ReconciledContainer, 'did' | 'why'> {
  return released.kind === 'nothing' ? { did: 'nothing', why: released.why } : { did: released.kind };
}

async function untilGone(path: string): Promise<boolean> {
  const begun = performance.now();
  while (readHold(path) !== undefined) {
    if (performance.now() - begun > OTHERS_LIMIT_MS) return false;
    await sleep(LOOK_MS);
  }
  return true;
}

function unreadable(path: string, why: string): Problem {
  return {
    code: 'HOLD_JOURNAL_UNREADABLE',
    message: `${path} is in the journal of holds and cannot be used: ${why}`,
    path,
    hint: 'See with docker ps whether something is paused or stopped that should run, then remove the file.',
  };
}

function foreignFile(path: string): Problem {
  return {
    code: 'HOLD_JOURNAL_FOREIGN',
    message: `${path} does not belong into the journal of holds and is left alone`,
    path,
  };
}

function stuck({ path }: JournalFile): Problem {
  return {
    code: 'HOLD_NOT_RELEASED',
    message: 'Another process has been releasing a hold for long and has not finished',
    path,
    hint: 'It goes on trying; holdfast volume reconcile says how it ended.',
  };
}

/** For a container that the engine would not let run. */
export function notReleased(name: string, said: string, path: string): Problem {
  return {
    code: 'HOLD_NOT_RELEASED',
    message: `${name} is held and cannot be released: ${said}`,
    path,
    hint: 'holdfast volume reconcile tries again; docker unpause and docker start do it by hand.',
  };
}
