import type { RepositorySettings } from '#app/volume/repositories/settings.ts';
import type { ForgetDeps } from '#app/volume/retention/forget-snapshots.ts';
import type { SnapshotForgotten } from '#volume/retention/events.ts';

/** When data that no snapshot needs is removed: `due` as the settings say. */
export type PruneWish = 'never' | 'due' | 'now';

const DAY_MS = 86_400_000;
/** Of a repository that this home made. One that others may work with is pruned only when somebody says so. */
const DEFAULT_DAYS = 7;

/** How many days after something was forgotten; 0: only when asked. */
export function pruneDays({ retention, shared }: Pick<RepositorySettings, 'retention' | 'shared'>): number {
  return retention?.pruneAfterDays ?? (shared ? 0 : DEFAULT_DAYS);
}

/** Whether it is time: something was forgotten, and so many days ago. @throws `LEDGER_*`, `DATABASE_*` */
export async function isPruneDue({ record, repository }: ForgetDeps, now: Date): Promise<boolean> {
  const { id } = repository.settings;
  const days = pruneDays(repository.settings);
  if (days === 0) return false;
  let since: number | undefined;
  for await (const event of record.ledger.read({ types: ['snapshot.forgotten', 'repository.pruned'] })) {
    const data = record.catalogue.known(event)?.data as SnapshotForgotten | { readonly id: string } | undefined;
    if (data === undefined) continue;
    if ('repository' in data) {
      if (data.repository.id === id) since ??= Date.parse(event.at);
    } else if (data.id === id) since = undefined;
  }
  return since !== undefined && now.getTime() - since >= days * DAY_MS;
}

/** Removes what no snapshot needs, and tells the record. @throws `RESTIC_FORGET_REFUSED`, `RESTIC_*`, `LEDGER_*` */
export async function pruneRepository({ record, repository, actor }: ForgetDeps): Promise<void> {
  const { name, id } = repository.settings;
  await repository.engine.prune();
  const events = [{ type: 'repository.pruned', data: { name, id } }] as const;
  await record.ledger.append({ stream: `repository:${id}`, events, actor });
}
