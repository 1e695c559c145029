import type { Kysely } from 'kysely';
import { storedBytes } from '#base/database/stored-bytes.ts';
import { formatCheckpoint } from '#ledger/note/checkpoint.ts';
import type { Signer } from '#ledger/note/keys.ts';
import { signNote } from '#ledger/note/signed-note.ts';
import { insertMany } from '#ledger/store/insert-many.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { type CompactRange, rootOf } from '#ledger/tree/compact-range.ts';

const NOTE_ROW = { table: 'ledger_checkpoints', columns: ['size', 'note'] };

/** Signs the tree as it is and keeps the note. In the transaction that appended. */
export async function keepCheckpoint(
  query: Kysely<LedgerTables>,
  range: CompactRange,
  signer: Signer,
): Promise<string> {
  const text = formatCheckpoint({ origin: signer.name, size: range.size, root: rootOf(range), extensions: [] });
  const note = signNote(text, signer);
  await insertMany(query, NOTE_ROW, [{ size: range.size, note }]);
  return note;
}

/** The newest signed checkpoint; `undefined` before the first event. */
export async function latestCheckpoint(
  query: Kysely<LedgerTables>,
): Promise<{ readonly size: number; readonly note: string } | undefined> {
  const row = await query
    .selectFrom('ledger_checkpoints')
    .select(['size', storedBytes<Buffer | string>(query, 'note').as('note')])
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { size: row.size, note: row.note.toString() };
}
