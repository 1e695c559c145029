import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { problemOf } from '#core/errors.ts';
import {
  MOST_IDS,
  type RetentionFailed,
  type RetentionStarted,
  type SnapshotForgotten,
} from '#volume/retention/events.ts';
import type { RetentionPolicy } from '#volume/retention/policy.ts';
import { targetStream } from '#volume/snapshot/tags.ts';

/** Who does it, and where that is recorded. */
export interface ForgetDeps {
  readonly record: OpenRecord;
  readonly repository: OpenRepository;
  readonly actor: string;
}

const REASON = 'no rule of the policy keeps them';

/**
 * Forgets snapshots of a volume in parts: each part is on the record before, and what became of it afterwards, as the
 * repository says. Where it fails, what is gone and what is left is recorded, and the rest is not tried.
 * @param ids whole ones
 * @throws `RESTIC_FORGET_REFUSED`, `RESTIC_*`, `LEDGER_*`, `DATABASE_*`
 */
export async function forgetSnapshots(
  { record, repository, actor }: ForgetDeps,
  volume: string,
  ids: readonly string[],
  policy: RetentionPolicy,
): Promise<void> {
  const { settings, engine } = repository;
  const about = { volume, repository: { name: settings.name, id: settings.id } };
  const stream = targetStream(volume);
  for (let at = 0; at < ids.length; at += MOST_IDS) {
    const part = ids.slice(at, at + MOST_IDS);
    const intent: RetentionStarted = { ...about, policy, ids: part };
    const begun = await record.ledger.append({ stream, events: [{ type: 'retention.started', data: intent }], actor });
    const started = begun.kind === 'appended' ? begun.position : 0;
    const told = (gone: readonly string[]): SnapshotForgotten => ({
      ...about,
      ...{ policy, reason: REASON, ids: [...gone], started, late: false },
    });
    try {
      await engine.forget(part);
    } catch (error) {
      // If not even that can be read, the next run looks what became of it.
      const left = new Set((await engine.snapshots({ ids: part })).map(({ id }) => id));
      const { code, message } = problemOf(error);
      const words = message.toWellFormed().slice(0, 500);
      const failure: RetentionFailed = { ...about, started, left: left.size, code, message: words };
      const gone = part.filter((id) => !left.has(id));
      const failed = { type: 'retention.failed', data: failure };
      const forgotten = { type: 'snapshot.forgotten', data: told(gone) };
      await record.ledger.append({ stream, events: gone.length === 0 ? [failed] : [forgotten, failed], actor });
      throw error;
    }
    await record.ledger.append({ stream, events: [{ type: 'snapshot.forgotten', data: told(part) }], actor });
  }
}

/**
 * Completes the record of runs that died between forgetting and telling: what they were about to forget and is gone, was
 * forgotten.
 * @param there ids of all snapshots that are in the repository
 * @returns of how many runs
 * @throws `LEDGER_*`, `DATABASE_*`
 */
export async function healRetention(
  { record, repository, actor }: ForgetDeps,
  there: ReadonlySet<string>,
): Promise<number> {
  const { ledger, catalogue } = record;
  const open = new Map<number, RetentionStarted>();
  const types = ['retention.started', 'snapshot.forgotten', 'retention.failed'];
  for await (const event of ledger.read({ types })) {
    const data = catalogue.known(event)?.data as RetentionStarted | SnapshotForgotten | RetentionFailed | undefined;
    if (data?.repository.id !== repository.settings.id) continue;
    if ('started' in data) open.delete(data.started);
    else open.set(event.position, data);
  }
  for (const [started, { volume, repository: of, ids, policy }] of open) {
    const gone = ids.filter((id) => !there.has(id));
    const about = { volume, repository: of };
    const forgotten: SnapshotForgotten = { ...about, policy, reason: REASON, ids: gone, started, late: true };
    const message = 'the run was ended before it forgot them';
    const failed: RetentionFailed = { ...about, started, left: ids.length, code: 'RETENTION_INTERRUPTED', message };
    const event =
      gone.length > 0 ? { type: 'snapshot.forgotten', data: forgotten } : { type: 'retention.failed', data: failed };
    // Its own key: two runs that heal at once tell it once.
    const key = `retention-healed:${started}`;
    await ledger.append({ stream: targetStream(volume), events: [event], actor, key });
  }
  return open.size;
}
