import type { DumpFacts } from '#volume/dump/dump-hook.ts';
import { dumpHookFor } from '#volume/dump/list.ts';
import { type ArchiveCommand, archiveLabels } from '#volume/plan/archive-labels.ts';
import { type OwnLabels, ownLabels } from '#volume/plan/own-labels.ts';
import type { PlannedCommand, PlannedMethod, VolumePlan } from '#volume/plan/volume-plan.ts';

export interface PlanContext extends DumpFacts {
  readonly running: boolean;
  /** Only commands of docker-volume-backup's with this `exec-label`. */
  readonly execLabel?: string;
  /** The value of its `stop-during-backup` that means this backup; `true` unless given. */
  readonly stopLabel?: string;
}

/** A save of a large Redis, or the wait for a migration’s lock, writes nothing; whatever takes longer says so by label. */
const DUMP_SILENCE_MS = 15 * 60_000;
const PAUSE_CAP_MS = 10_000;
/** Whoever lets his service be stopped knows that it takes as long as the copy. */
const STOP_CAP_MS = 30 * 60_000;

/**
 * Reads a container's labels into a plan: those of this program, `holdfast.volume.*`, then those of docker-volume-backup.
 * Without any: a dump where the service is known and runs, else two passes, the second paused, else a copy by
 * reflink, else stopped. Pure.
 */
export function planOf(labels: Readonly<Record<string, string>>, context: PlanContext): VolumePlan {
  const own = ownLabels(labels);
  const archive = archiveLabels(labels, context);
  const caps = { pause: own.holdCapMs ?? PAUSE_CAP_MS, stop: own.stopCapMs ?? STOP_CAP_MS };
  const make = (name: string): readonly PlannedMethod[] => {
    if (name === 'dump') return dumps(own, context);
    if (name === 'pause' || name === 'reflink') return [{ kind: name, capMs: caps.pause }];
    if (name === 'stop') return [{ kind: name, capMs: caps.stop }];
    return name === 'live' ? [{ kind: 'live' }] : [];
  };
  const asked = own.methods ?? (archive.stops ? ['stop'] : own.command === undefined ? AUTO : ['dump']);
  const problems = [...own.problems, ...archive.problems];
  let methods: readonly PlannedMethod[] = context.running ? asked.flatMap(make) : [{ kind: 'still' }];
  if (own.noStop) methods = methods.filter(({ kind }) => kind !== 'stop');
  if (methods.length === 0) {
    problems.push({
      code: 'PLAN_EMPTY',
      message: `Its labels leave no way to keep it: ${asked.join(', ')}${own.noStop ? ', but it must not be stopped' : ''}`,
      hint: 'Change holdfast.volume.method, or remove holdfast.volume.no-stop.',
    });
    // What is safe for every service.
    methods = [{ kind: 'pause', capMs: caps.pause }];
  }
  return {
    methods,
    before: [...own.before, ...archive.before.map(planned)],
    beforeMayFail: own.beforeMayFail,
    after: [...archive.after.map(planned), ...own.after],
    dumpSilenceMs: own.dumpSilenceMs ?? DUMP_SILENCE_MS,
    exclude: own.exclude,
    problems,
    notes: [...own.notes, ...archive.notes],
  };
}

const AUTO: readonly string[] = ['dump', 'pause', 'reflink', 'stop'];

function dumps(
  own: Partial<Pick<OwnLabels, 'command' | 'user' | 'methods'>>,
  context: PlanContext,
): readonly PlannedMethod[] {
  const user = own.user === undefined ? {} : { user: own.user };
  if (own.command !== undefined) return [{ kind: 'dump-command', command: own.command, ...user }];
  const hook = dumpHookFor(context);
  if (hook === undefined) return [];
  return [{ kind: 'dump', hook: hook.id, ...(own.methods === undefined ? {} : { asked: true as const }) }];
}

function planned({ argv, user, label }: ArchiveCommand): PlannedCommand {
  return { argv, label, ...(user === undefined ? {} : { user }) };
}
