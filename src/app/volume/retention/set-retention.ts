import type { OpenRecord } from '#app/home/open-record.ts';
import { type RepositorySettings, readSettings, writeSettings } from '#app/volume/repositories/settings.ts';
import { HoldfastError } from '#core/errors.ts';
import { isEmptyPolicy, type RetentionPolicy } from '#volume/retention/policy.ts';
import { NO_RETENTION, type RetentionScope, withPolicy } from '#volume/retention/retention-settings.ts';

export interface RetentionChange {
  readonly repository: string;
  readonly scope: RetentionScope;
  /** Undefined: it has no policy of its own any more; absent: its policy stays as it is. */
  readonly policy?: RetentionPolicy | undefined;
  /** 0: only when asked. Of the whole repository. */
  readonly pruneAfterDays?: number;
}

/**
 * Says which snapshots of a repository are to be kept. Nothing is forgotten by that.
 * @throws `RETENTION_POLICY_INVALID`, `RETENTION_NAME_INVALID`, `REPOSITORY_*`, `FILE_NOT_WRITTEN`, `LEDGER_*`
 */
export async function setRetention(
  { record, actor }: { readonly record: OpenRecord; readonly actor: string },
  change: RetentionChange,
): Promise<RepositorySettings> {
  const { repository, scope, policy, pruneAfterDays } = change;
  refuseName(scope);
  const settings = readSettings(record.home, repository);
  const changesPolicy = 'policy' in change;
  if (changesPolicy && policy !== undefined && isEmptyPolicy(policy)) {
    throw new HoldfastError('RETENTION_POLICY_INVALID', 'A policy needs a rule', {
      kind: 'usage',
      hint: 'Give one or more of --last, --hourly, --daily, --weekly, --monthly, --yearly, --within; or --none.',
    });
  }
  const before = settings.retention ?? NO_RETENTION;
  const retention = {
    ...(changesPolicy ? withPolicy(before, scope, policy) : before),
    ...(pruneAfterDays === undefined ? {} : { pruneAfterDays }),
  };
  if (changesPolicy) {
    const about = { repository: { name: settings.name, id: settings.id }, scope, policy: policy ?? null };
    const stream = `repository:${settings.id}`;
    await record.ledger.append({ stream, events: [{ type: 'retention.changed', data: about }], actor });
  }
  const changed = { ...settings, retention };
  await writeSettings(record.home, changed);
  return changed;
}

function refuseName(scope: RetentionScope): void {
  if (scope.kind === 'default' || /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/.test(scope.name)) return;
  // A directory of the host.
  if (scope.kind === 'volume' && /^\/[^\p{Cc}]{0,4095}$/u.test(scope.name)) return;
  throw new HoldfastError(
    'RETENTION_NAME_INVALID',
    `${JSON.stringify(scope.name.slice(0, 80))} is no name of a ${scope.kind}`,
    { kind: 'usage' },
  );
}
