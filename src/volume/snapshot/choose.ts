import { HoldfastError } from '#core/errors.ts';
import type { DiscoveredContainer } from '#volume/discover/discovery.ts';
import type { DumpFacts } from '#volume/dump/dump-hook.ts';
import { planOf } from '#volume/plan/plan.ts';
import type { VolumePlan } from '#volume/plan/volume-plan.ts';

/** A container that runs and may write, and how its labels and its service want it to be kept. */
export interface PlannedWriter {
  readonly container: DiscoveredContainer;
  readonly facts: DumpFacts;
  readonly plan: VolumePlan;
}

/** One way to copy the files, tried in turn. */
export type CopyMethod =
  | { readonly kind: 'pause'; readonly capMs: number }
  /** Paused while files are copied without their blocks. */
  | { readonly kind: 'reflink'; readonly capMs: number }
  | { readonly kind: 'stop'; readonly capMs: number }
  | { readonly kind: 'live' }
  | { readonly kind: 'still' };

const RUNS: ReadonlySet<string> = new Set(['running', 'restarting']);

/**
 * Plans for the writers that run.
 * @param sizeOf bytes of what a container writes to, as far as that is known; asked where a service is recognised
 * @throws `VOLUME_PLAN_INVALID` for labels that cannot be followed
 */
export function planWriters(
  writers: readonly DiscoveredContainer[],
  sizeOf: (container: string) => number | undefined,
): readonly PlannedWriter[] {
  return writers
    .filter(({ state }) => RUNS.has(state))
    .map((container) => {
      const sizeBytes = container.service === undefined ? undefined : sizeOf(container.id);
      const facts: DumpFacts = {
        service: container.service,
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
      };
      const plan = planOf(container.labels, { ...facts, running: true });
      const [problem] = plan.problems;
      if (problem === undefined) return { container, facts, plan };
      throw new HoldfastError('VOLUME_PLAN_INVALID', `${container.name}: ${problem.message}`, {
        kind: 'usage',
        ...(problem.hint === undefined ? {} : { hint: problem.hint }),
      });
    });
}

/**
 * The ways to copy the files of a volume, all writers together: only what every plan allows, with the shortest cap. A dump
 * is taken beside it, so that a volume can be restored as such.
 */
export function copyMethods(writers: readonly PlannedWriter[]): readonly CopyMethod[] {
  if (writers.length === 0) return [{ kind: 'still' }];
  const [first] = writers;
  const asked = (first?.plan.methods ?? []).flatMap(({ kind }) =>
    kind === 'pause' || kind === 'reflink' || kind === 'stop' || kind === 'live' ? [kind] : [],
  );
  const methods = asked.flatMap((kind): CopyMethod[] => {
    const each = writers.map(({ plan }) => plan.methods.find((method) => method.kind === kind));
    if (each.includes(undefined)) return [];
    if (kind === 'live') return [{ kind }];
    const caps = each.flatMap((method) => (method !== undefined && 'capMs' in method ? [method.capMs] : []));
    return [{ kind, capMs: Math.min(...caps) }];
  });
  // Where plans leave only dumps, or agree on nothing, a pause harms nobody.
  return methods.length === 0 ? [{ kind: 'pause', capMs: 10_000 }] : methods;
}
