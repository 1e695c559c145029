import { openDefaultAdvisories } from '#app/default-advisories.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import type { DaemonDeps } from '#app/volume/daemon/daemon-deps.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { applyRetention, type RetentionRun } from '#app/volume/retention/apply-retention.ts';
import { stacksOf } from '#app/volume/retention/stacks.ts';
import { type Problem, problemOf } from '#core/errors.ts';

/** What retention did after a snapshot. */
export type Retained =
  /** There is no policy. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'done'; readonly message: string }
  /** Signs of ransomware are raised: nothing is forgotten. */
  | { readonly kind: 'paused'; readonly message: string }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** Keeps of volumes what their policies say. What goes wrong takes nothing from the snapshot that was taken. Never throws. */
export async function retain(
  deps: Pick<DaemonDeps, 'environment' | 'actor' | 'now' | 'connect'>,
  record: OpenRecord,
  repository: OpenRepository,
  volumes: readonly string[],
): Promise<Retained> {
  const { settings } = repository;
  if (settings.retention === undefined) return { kind: 'nothing' };
  const { environment, actor, now, connect } = deps;
  try {
    const stackOf = await stacksOf(settings.retention, connect, now());
    const advisories = await openDefaultAdvisories(undefined, environment);
    try {
      const runs: RetentionRun[] = [];
      for (const volume of volumes) {
        const wish = { volume, dryRun: false, includeForeign: false, prune: 'due' } as const;
        runs.push(await applyRetention({ record, repository, actor, now, stackOf, advisories }, wish));
      }
      return outcomeOf(settings.name, runs);
    } finally {
      advisories.close();
    }
  } catch (error) {
    return { kind: 'failed', problem: problemOf(error) };
  }
}

function outcomeOf(name: string, runs: readonly RetentionRun[]): Retained {
  const volumes = runs.flatMap((run) => run.volumes);
  const raised = volumes.filter(({ state, signs }) => state === 'paused' || signs.state === 'raised');
  if (raised.length > 0) {
    const names = raised.map(({ volume }) => volume).join(', ');
    return { kind: 'paused', message: `Signs of ransomware in ${names}: nothing of it is forgotten in ${name}` };
  }
  const problem = volumes.find(({ state }) => state === 'failed')?.problem ?? runs.flatMap((run) => run.problems)[0];
  if (problem !== undefined) return { kind: 'failed', problem };
  const forgotten = volumes.reduce((sum, { decision }) => sum + decision.forgotten.length, 0);
  const pruned = runs.some((run) => run.pruned === 'done');
  const also = pruned ? '; data that none needs was removed' : '';
  return { kind: 'done', message: `Retention in ${name}: ${forgotten || 'no'} snapshots were forgotten${also}` };
}
