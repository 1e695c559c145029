import { statfsSync } from 'node:fs';
import { EVENTS } from '#app/events.ts';
import { findHome, type Home } from '#app/home/home.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { readSettings, repositoryNames } from '#app/volume/repositories/settings.ts';
import { readSchedules, whenOf } from '#app/volume/schedules/settings.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { readEvents } from '#ledger/store/read-events.ts';
import type { LookedAt } from '#volume/discover/discovery.ts';
import type { Kept, KeptPromise, KeptRepository, KeptTarget } from '#volume/doctor/kept.ts';
import { objectiveHours } from '#volume/schedule/due.ts';
import type { SnapshotFinished, SnapshotStarted } from '#volume/snapshot/events.ts';

export interface KeptFactsOptions {
  /** What the record calls the engine that is looked at. */
  readonly engine: string;
  readonly now: Date;
  /** How old a snapshot may be where no schedule says so. */
  readonly defaultHours: number;
}

/** What a home knows of snapshots, as far as there is one. */
export interface KeptFacts {
  readonly kept?: Kept;
  readonly looked: LookedAt;
  readonly problems: readonly Problem[];
}

const DAY_MS = 24 * 3_600_000;
const WINDOW_DAYS = 30;
const LEAST_DAYS = 2;

/** Reads what the environment's home knows of snapshots at an engine. Never throws: without a home, nothing is known. */
export async function keptFacts(environment: NodeJS.ProcessEnv, options: KeptFactsOptions): Promise<KeptFacts> {
  try {
    const home = findHome(environment);
    if (home === undefined || repositoryNames(home).length === 0) {
      return {
        looked: lookedAt('not-collected', 0, 'There is no repository for snapshots in this home.'),
        problems: [],
      };
    }
    const { targets, grown } = await readSnapshots(home, environment, options);
    const { promises, problems } = promisesOf(home, options.now);
    const repositories = repositoryNames(home).flatMap((name) =>
      repositoryOf(home, name, grown.get(name), options.now, problems),
    );
    const reason = 'What the record says; the repositories themselves were not asked.';
    return {
      kept: { targets, promises, repositories, defaultHours: options.defaultHours },
      looked: lookedAt('covered', targets.size, reason),
      problems,
    };
  } catch (error) {
    const problem = problemOf(error);
    return { looked: lookedAt('failed', 0, `The record could not be read: ${problem.message}`), problems: [problem] };
  }
}

function lookedAt(state: LookedAt['state'], count: number, reason: string): LookedAt {
  return { subject: 'snapshots', state, count, reason };
}

/** What was put into a repository, by the record. */
interface Grown {
  readonly holds: Set<string>;
  bytes: number;
  /** When the first of these was taken. */
  since?: number;
  pruned: boolean;
}

async function readSnapshots(
  home: Home,
  environment: NodeJS.ProcessEnv,
  { engine, now }: KeptFactsOptions,
): Promise<{ readonly targets: ReadonlyMap<string, KeptTarget>; readonly grown: ReadonlyMap<string, Grown> }> {
  const catalogue = eventCatalogue(EVENTS);
  const targets = new Map<string, KeptTarget>();
  const grown = new Map<string, Grown>();
  const engines = new Map<number, string | undefined>();
  const names = new Map(repositoryNames(home).map((name) => [readSettings(home, name).id, name]));
  const grownOf = (name: string) => {
    const one = grown.get(name) ?? { holds: new Set<string>(), bytes: 0, pruned: false };
    grown.set(name, one);
    return one;
  };
  const from = now.getTime() - WINDOW_DAYS * DAY_MS;
  const database = await openHomeDatabase(home, environment, 'read');
  try {
    const types = ['snapshot.started', 'snapshot.finished', 'repository.pruned'];
    for await (const event of readEvents(database, { types })) {
      const { type, position, at } = event;
      const data = catalogue.known(event)?.data;
      if (data === undefined) continue;
      const recent = Date.parse(at) >= from;
      if (type === 'repository.pruned') {
        const name = names.get((data as { readonly id: string }).id);
        if (name !== undefined && recent) grownOf(name).pruned = true;
        continue;
      }
      if (type === 'snapshot.started') {
        engines.set(position, (data as SnapshotStarted).engine);
        continue;
      }
      const { volume, repository, started, bytes, bytesAdded, complete } = data as SnapshotFinished;
      const name = names.get(repository.id);
      const by = engines.get(started);
      engines.delete(started);
      // A volume of the same name at another engine is another volume.
      if (name === undefined || (by !== undefined && by !== engine)) continue;
      const into = grownOf(name);
      // The first one is no growth.
      if (recent && into.holds.has(volume)) into.bytes += bytesAdded;
      if (recent) into.since ??= Date.parse(at);
      into.holds.add(volume);
      if (!complete) continue;
      const before = targets.get(volume);
      const target = { name: volume, at, repository: name, bytes };
      targets.set(volume, before === undefined ? target : { ...target, grownBytes: bytes - before.bytes });
    }
  } finally {
    await database.close();
  }
  return { targets, grown };
}

function promisesOf(
  home: Home,
  now: Date,
): { readonly promises: readonly KeptPromise[]; readonly problems: Problem[] } {
  const { schedules, problems } = readSchedules(home);
  const promises = schedules.flatMap((settings): readonly KeptPromise[] => {
    const hours = objectiveHours(whenOf(settings), now);
    const { name: schedule, what, repository, setAt: since } = settings;
    // Of directories of the host it is the daemon that tells of silence.
    if (hours === undefined || what.kind === 'bind') return [];
    const name = what.kind === 'volume' ? what.volume : what.kind === 'stack' ? what.stack : '';
    return [{ schedule, kind: what.kind, name, repository, hours, since }];
  });
  return { promises, problems: [...problems] };
}

function repositoryOf(
  home: Home,
  name: string,
  grown: Grown | undefined,
  now: Date,
  problems: Problem[],
): readonly KeptRepository[] {
  const { addedAt, location } = readSettings(home, name);
  const free = freeAt(location, problems);
  const days = grown?.since === undefined ? 0 : (now.getTime() - grown.since) / DAY_MS;
  const isKnown = grown !== undefined && !grown.pruned && days >= LEAST_DAYS;
  return [
    {
      ...{ name, addedAt, holds: grown?.holds ?? new Set() },
      ...(free === undefined ? {} : { freeBytes: free }),
      ...(isKnown ? { growth: { bytes: grown.bytes, days } } : {}),
    },
  ];
}

/** Of a directory of this machine. */
function freeAt(location: string, problems: Problem[]): number | undefined {
  if (!location.startsWith('/')) return undefined;
  try {
    const { bavail, bsize } = statfsSync(location);
    return bavail * bsize;
  } catch (error) {
    problems.push(problemOf(error, location));
    return undefined;
  }
}
