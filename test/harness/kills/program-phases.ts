import type { AtStep } from './at-step.ts';

/** What is under way. */
export type Job = 'snapshot' | 'restore' | 'retention' | 'copy' | 'drill' | 'daemon';

/** Where the program dies: after a step, or while what began with it goes on, so long after it at most. */
export interface ProgramPhase extends Pick<AtStep, 'at' | 'until'> {
  readonly job: Job;
  readonly nth?: number;
  readonly withinMs?: number;
  /** A step at which another run is killed before. */
  readonly first?: string;
}

const BACKUP = 'restic backup ';

/** By name, in the order of their work. */
export const PROGRAM_PHASES = {
  'snapshot: before its beginning is recorded': { job: 'snapshot', at: '^recording snapshot\\.started' },
  'snapshot: its beginning is recorded': { job: 'snapshot', at: '^recorded snapshot\\.started' },
  'snapshot: a dump is under way': { job: 'snapshot', at: '^answered POST .*/exec/[0-9a-f]+/start' },
  'snapshot: its manifest is written': { job: 'snapshot', at: '^wrote .*/manifest\\.json' },
  'snapshot: in the first pass': { job: 'snapshot', at: '^word given', until: `^ended .*${BACKUP}`, withinMs: 100 },
  'snapshot: the journal is written': { job: 'snapshot', at: '^renamed .*/holds/[0-9a-f]+\\.hold$' },
  'snapshot: paused': { job: 'snapshot', at: '^answered POST .*/pause$' },
  'snapshot: in the second pass, paused': {
    ...{ job: 'snapshot', at: '^word given', nth: 2, until: `^ended .*${BACKUP}`, withinMs: 60 },
  },
  'snapshot: stored, still paused': { job: 'snapshot', at: `^ended .*${BACKUP}`, nth: 2 },
  'snapshot: released': { job: 'snapshot', at: '^answered POST .*/unpause$' },
  // By restic, where a dead run's lock is in the way.
  'snapshot: the first pass is taken back': {
    ...{ job: 'snapshot', at: '^(?:removed .*/main/snapshots/[0-9a-f]{64}|ended .*restic forget .*)$' },
  },
  'snapshot: before its end is recorded': { job: 'snapshot', at: '^recording snapshot\\.finished' },
  'snapshot: its end is recorded': { job: 'snapshot', at: '^recorded snapshot\\.finished' },
  'snapshot: telling of one that was killed': {
    ...{ job: 'snapshot', first: '^recorded snapshot\\.started', at: '^recording snapshot\\.failed' },
  },
  'snapshot: its turn is given back': { job: 'snapshot', at: '^removed .*/turns/main/log\\.json' },

  'restore: noted': { job: 'restore', at: '^renamed .*/restores/[0-9a-f]+\\.json' },
  'restore: restoring aside': { job: 'restore', at: '^started .*restic restore ', until: '^ended ', withinMs: 300 },
  'restore: restored aside': { job: 'restore', at: '^ended .*restic restore ' },
  'restore: what is there is kept': { job: 'restore', at: '^recorded snapshot\\.finished' },
  'restore: stopped': { job: 'restore', at: '^answered POST .*/stop(?:\\?|$)' },
  'restore: keeping the rest, stopped': {
    ...{ job: 'restore', at: `^started .*${BACKUP}`, nth: 3, until: `^ended .*${BACKUP}`, withinMs: 300 },
  },
  'restore: announced': { job: 'restore', at: '^renamed .*/restores/[0-9a-f]+\\.json', nth: 2 },
  'restore: between the two renames': { job: 'restore', at: '^renamed .*/\\.holdfast-before-[0-9a-f]+$' },
  'restore: swapped': { job: 'restore', at: '^renamed .*/volumes/swap/_data$' },
  'restore: started again': { job: 'restore', at: '^answered POST .*/containers/[^/]+/start$' },
  'restore: recorded': { job: 'restore', at: '^recorded volume\\.restored' },

  'retention: its beginning is recorded': { job: 'retention', at: '^recorded retention\\.started' },
  'retention: forgetting': { job: 'retention', at: '^started .*restic forget ', until: '^ended ', withinMs: 200 },
  'retention: forgotten': { job: 'retention', at: '^ended .*restic forget ' },
  'retention: that is recorded': { job: 'retention', at: '^recorded snapshot\\.forgotten' },
  'retention: pruning': { job: 'retention', at: '^started .*restic prune', until: '^ended ', withinMs: 300 },
  'retention: pruned': { job: 'retention', at: '^ended .*restic prune' },

  'copy: copying': { job: 'copy', at: '^started .*restic copy ', until: '^ended ', withinMs: 300 },
  'copy: copied': { job: 'copy', at: '^ended .*restic copy ' },

  'drill: noted': { job: 'drill', at: '^renamed .*/drills/[0-9a-f]+\\.drill' },
  'drill: restoring': { job: 'drill', at: '^started .*restic restore ', until: '^ended ', withinMs: 200 },
  'drill: its container is made': { job: 'drill', at: '^answered POST .*/containers/create' },
  'drill: its container runs': { job: 'drill', at: '^answered POST .*/containers/[^/]+/start$' },
  'drill: recorded': { job: 'drill', at: '^recorded volume\\.drilled' },

  'daemon: begun': { job: 'daemon', at: '^recorded daemon\\.started' },
  'daemon: paused': { job: 'daemon', at: '^answered POST .*/pause$' },
  'daemon: in the second pass, paused': {
    ...{ job: 'daemon', at: '^word given', nth: 2, until: `^ended .*${BACKUP}`, withinMs: 60 },
  },
  'daemon: the snapshot is recorded': { job: 'daemon', at: '^recorded snapshot\\.finished' },
} as const satisfies Readonly<Record<string, ProgramPhase>>;

export type ProgramPhaseName = keyof typeof PROGRAM_PHASES;
