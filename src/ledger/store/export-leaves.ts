import type { Kysely } from 'kysely';
import type { Database } from '#base/database/database.ts';
import { HoldfastError } from '#core/errors.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { decodeLeaf, NO_PREVIOUS } from '#ledger/leaf.ts';
import { readHead } from '#ledger/store/head.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { rootOf, treeBuilder } from '#ledger/tree/compact-range.ts';
import { leafHash } from '#ledger/tree/hash.ts';

/** A prefix of the record. Events are never changed, so it stays readable while others append. */
export interface Snapshot {
  readonly size: number;
  /** RFC 6962 root over those events. */
  readonly root: Buffer;
  /** Of all leaves together. */
  readonly leafBytes: number;
  /** Bytes that {@link exportCheckpoints} gives. */
  readonly checkpointBytes: number;
}

const PAGE_ROWS = 500;

/** The record as it is now. */
export async function takeSnapshot(database: Database<LedgerTables>): Promise<Snapshot> {
  return database.read(async (query) => {
    const { range } = await readHead(query);
    const row = await query
      .selectFrom('events')
      .select(({ fn, ref }) => fn.sum(fn<number>('length', [ref('leaf')])).as('bytes'))
      .where('position', '<=', range.size)
      .executeTakeFirst();
    let checkpointBytes = 0;
    const pageAfter = (after: number) => checkpointPage(query, after, range.size);
    for await (const lines of checkpointLines(pageAfter)) checkpointBytes += lines.length;
    return { size: range.size, root: rootOf(range), leafBytes: Number(row?.bytes ?? 0), checkpointBytes };
  });
}

/**
 * The leaf bytes of a snapshot, each with a line feed behind it, in the order of positions. What does not hash to the
 * snapshot's root is not given as if it did.
 * @param onEvent is told each event
 * @throws `LEDGER_DAMAGED`
 */
export async function* exportLeaves(
  database: Database<LedgerTables>,
  { size, root }: Pick<Snapshot, 'size' | 'root'>,
  onEvent: (event: LedgerEvent) => Promise<void> | void,
): AsyncGenerator<Buffer> {
  const tree = treeBuilder();
  let previous = NO_PREVIOUS;
  while (tree.size < size) {
    const rows = await database.read((query) =>
      query
        .selectFrom('events')
        .select(['position', 'leaf'])
        .where('position', '>', tree.size)
        .where('position', '<=', size)
        .orderBy('position')
        .limit(PAGE_ROWS)
        .execute(),
    );
    const lines: Buffer[] = [];
    for (const { position, leaf } of rows) {
      const event = decodeLeaf(leaf);
      if (position !== tree.size + 1 || event.previous !== previous || leaf.includes(LINE_FEED))
        throw damaged(position);
      const hash = leafHash(leaf);
      tree.append(hash);
      previous = hash.toString('hex');
      lines.push(leaf, LINE_END);
      await onEvent(event);
    }
    if (rows.length === 0) throw damaged(tree.size + 1);
    yield Buffer.concat(lines);
  }
  if (!tree.root().equals(root)) throw damaged(size);
}

const LINE_FEED = 0x0a;
const LINE_END = Buffer.of(LINE_FEED);

/** The signed checkpoints of a snapshot, smallest first: each note as a JSON text on a line. */
export function exportCheckpoints(database: Database<LedgerTables>, size: number): AsyncGenerator<Buffer> {
  return checkpointLines((after) => database.read((query) => checkpointPage(query, after, size)));
}

type CheckpointPage = Awaited<ReturnType<typeof checkpointPage>>;

async function* checkpointLines(pageAfter: (size: number) => Promise<CheckpointPage>): AsyncGenerator<Buffer> {
  for (let last = -1; ; ) {
    const rows = await pageAfter(last);
    if (rows.length > 0) yield Buffer.from(rows.map(({ note }) => `${JSON.stringify(note)}\n`).join(''));
    last = rows.at(-1)?.size ?? last;
    if (rows.length < PAGE_ROWS) return;
  }
}

function checkpointPage(query: Kysely<LedgerTables>, after: number, size: number) {
  return query
    .selectFrom('ledger_checkpoints')
    .selectAll()
    .where('size', '>', after)
    .where('size', '<=', size)
    .orderBy('size')
    .limit(PAGE_ROWS)
    .execute();
}

function damaged(position: number): HoldfastError {
  return new HoldfastError('LEDGER_DAMAGED', `The record is not whole at position ${position}`, {
    hint: 'holdfast ledger verify says what happened.',
  });
}
