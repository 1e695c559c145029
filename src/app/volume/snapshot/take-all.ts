import { takeSnapshot } from '#app/volume/snapshot/take-snapshot.ts';
import type { TakenSnapshot, TakeSnapshotDeps } from '#app/volume/snapshot/taking.ts';
import { type TakenStack, takeStack } from '#app/volume/stack/take-stack.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { discover } from '#volume/discover/discover.ts';
import { allTargets } from '#volume/snapshot/subject.ts';

/** What is to be taken. */
export type Target = { readonly kind: 'stack' | 'target'; readonly name: string };

/** What came of several targets: one that fails ends no other. */
export interface TakenTargets {
  /** Of targets on their own. */
  readonly snapshots: readonly TakenSnapshot[];
  readonly stacks: readonly TakenStack[];
  readonly failed: readonly (Target & { readonly problem: Problem })[];
}

/** Takes one after the other. @param step told what comes next. @throws nothing but what ends the process */
export async function takeTargets(
  deps: TakeSnapshotDeps,
  targets: readonly Target[],
  step: (target: Target) => void = () => undefined,
): Promise<TakenTargets> {
  const snapshots: TakenSnapshot[] = [];
  const stacks: TakenStack[] = [];
  const failed: (Target & { readonly problem: Problem })[] = [];
  for (const target of targets) {
    step(target);
    try {
      if (target.kind === 'stack') stacks.push(await takeStack(deps, target.name));
      else snapshots.push(await takeSnapshot(deps, target.name));
    } catch (error) {
      const problem = problemOf(error);
      failed.push({ ...target, problem });
      // Whoever interrupts it does not want the rest.
      if (problem.code === 'SNAPSHOT_INTERRUPTED') break;
    }
  }
  return { snapshots, stacks, failed };
}

/** Every stack of the engine, then every volume that belongs to none. @throws what `discover` throws */
export async function everything({
  engine,
  now,
}: Pick<TakeSnapshotDeps, 'engine' | 'now'>): Promise<readonly Target[]> {
  const { stacks, volumes } = allTargets(await discover(engine, { layers: false, contents: false, now: now() }));
  return [
    ...stacks.map((name): Target => ({ kind: 'stack', name })),
    ...volumes.map((name): Target => ({ kind: 'target', name })),
  ];
}
