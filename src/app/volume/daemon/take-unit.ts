import type { OpenRecord } from '#app/home/open-record.ts';
import { type DaemonDeps, saidOf } from '#app/volume/daemon/daemon-deps.ts';
import type { Unit } from '#app/volume/daemon/due-jobs.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { takeSnapshot } from '#app/volume/snapshot/take-snapshot.ts';
import { takeStack } from '#app/volume/stack/take-stack.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import type { Problem } from '#core/errors.ts';

interface UnitDeps {
  readonly deps: DaemonDeps;
  readonly record: OpenRecord;
  readonly repository: OpenRepository;
  readonly engine: EngineControl;
}

/** What was taken of a unit. */
export interface TakenUnit {
  /** All that is in it could be read. */
  readonly complete: boolean;
  readonly snapshots: readonly string[];
  /** Volumes and directories that were taken. */
  readonly volumes: readonly string[];
  readonly bytes: number;
  readonly problems: readonly Problem[];
}

/** Takes the snapshots of a unit. @throws what {@link takeSnapshot} and {@link takeStack} throw */
export async function takeUnit({ deps, record, repository, engine }: UnitDeps, unit: Unit): Promise<TakenUnit> {
  const { environment, actor, now, say, signal: ending } = deps;
  const tell = (problem: Problem) => say(saidOf(problem));
  const taking = { record, repository, engine, environment, actor, now, tell, ending };
  if (unit.kind === 'stack') {
    const { snapshots, problems, complete, snapshot } = await takeStack(taking, unit.name);
    return {
      complete,
      snapshots: [snapshot, ...snapshots.map((one) => one.snapshot)],
      volumes: snapshots.map(({ volume }) => volume),
      bytes: snapshots.reduce((sum, one) => sum + one.bytes, 0),
      problems: [...problems, ...snapshots.flatMap((one) => one.problems)],
    };
  }
  const { complete, snapshot, volume, bytes, problems } = await takeSnapshot(taking, unit.name);
  return { complete, snapshots: [snapshot], volumes: [volume], bytes, problems };
}
