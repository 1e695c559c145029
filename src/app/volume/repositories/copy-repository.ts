import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { HoldfastError } from '#core/errors.ts';

const MOST_RECORDED = 500;

/**
 * Copies snapshots, all of them unless ids or beginnings of ids are given, to another repository of the home, and tells the
 * ledger which are where.
 * @returns from each id here to the one there
 * @throws `REPOSITORY_SAME`, `RESTIC_SNAPSHOT_MISSING`, `RESTIC_COPY_*`, `RESTIC_*`
 */
export async function copyRepository(
  from: OpenRepository,
  to: OpenRepository,
  asked: readonly string[],
  { record, actor }: { readonly record: OpenRecord; readonly actor: string },
): Promise<ReadonlyMap<string, string>> {
  if (from.settings.id === to.settings.id) {
    throw new HoldfastError('REPOSITORY_SAME', 'A repository cannot be copied to itself', { kind: 'usage' });
  }
  const rows = await from.engine.snapshots();
  const ids =
    asked.length === 0
      ? rows.map(({ id }) => id)
      : asked.map((text) =>
          oneOf(
            text,
            rows.map(({ id }) => id),
          ),
        );
  if (ids.length === 0) return new Map();
  const copies = await from.engine.copyTo(to.access, [...new Set(ids)]);
  const data = {
    ...{ name: from.settings.name, id: from.settings.id, count: copies.size },
    to: { name: to.settings.name, id: to.settings.id },
    ids: Object.fromEntries([...copies].slice(0, MOST_RECORDED)),
  };
  const events = [{ type: 'repository.copied', data }] as const;
  await record.ledger.append({ stream: `repository:${from.settings.id}`, events, actor });
  return copies;
}

function oneOf(text: string, ids: readonly string[]): string {
  const found = text.length < 4 ? [] : ids.filter((id) => id.startsWith(text));
  const [id] = found;
  if (id !== undefined && found.length === 1) return id;
  throw new HoldfastError('RESTIC_SNAPSHOT_MISSING', `${JSON.stringify(text)} names ${found.length} snapshots`, {
    kind: 'usage',
    hint: 'Give more digits of an id that holdfast volume snapshots lists.',
  });
}
