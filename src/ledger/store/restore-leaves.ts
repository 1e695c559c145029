import type { Kysely } from 'kysely';
import type { Database } from '#base/database/database.ts';
import { HoldfastError } from '#core/errors.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { decodeLeaf, LEAF_LIMIT_BYTES, NO_PREVIOUS } from '#ledger/leaf.ts';
import type { Signer } from '#ledger/note/keys.ts';
import { appendBatch, type ReadyRequest } from '#ledger/store/append-batch.ts';
import { keepCheckpoint } from '#ledger/store/checkpoints.ts';
import { readHead, writeHead } from '#ledger/store/head.ts';
import { eventRow, insertRows, keepNodesIn } from '#ledger/store/kept-rows.ts';
import type { CheckpointsTable, EventsTable, LedgerTables, NodesTable } from '#ledger/store/tables.ts';
import { appendLeaf, type CompactRange, EMPTY_RANGE, rootOf } from '#ledger/tree/compact-range.ts';
import { leafHash } from '#ledger/tree/hash.ts';
import { readUnsigned } from '#ledger/verify/outside.ts';
import { verifyIn } from '#ledger/verify/verify.ts';

/** A record that comes from elsewhere. Each sequence is asked for once, in this order. */
export interface RecordSource {
  /** What the record must be when all of it has come. */
  readonly size: number;
  readonly root: Buffer;
  /** Leaf bytes, by position, in lists of any length. */
  leaves(): AsyncIterable<readonly Buffer[]>;
  /** Signed notes, smallest tree first. */
  checkpoints(): AsyncIterable<readonly string[]>;
  /** Resolves when the source has ended as it should; throws when more comes or it was cut. */
  ended(): Promise<void>;
}

export interface RestoreOptions {
  readonly signer: Signer;
  /** Is told every event. */
  readonly onEvent: (event: LedgerEvent) => Promise<void> | void;
  /** Recorded behind what was restored, in the same transaction. */
  readonly note: ReadyRequest;
  readonly at: string;
}

/**
 * Puts a record into an empty database, or finds that the database holds it already and goes on behind it (`kept`). All
 * in one transaction, at whose end the whole is verified: nothing is there before everything was right.
 * @throws `LEDGER_RESTORE_INVALID` where the source does not fit together, `LEDGER_NOT_EMPTY` where the database holds
 * another record, and what the source throws
 */
export async function restoreRecord(
  database: Database<LedgerTables>,
  source: RecordSource,
  options: RestoreOptions,
): Promise<'restored' | 'kept'> {
  try {
    return await database.write((query) => restoreIn(query, source, options));
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    // Two events of one key or one place in a stream, or text that no ledger writes.
    if (['DATABASE_NOT_UNIQUE', 'DATABASE_CONSTRAINT', 'DATABASE_PARAMETER'].includes(error.code)) {
      throw invalid('events of it exclude each other', error);
    }
    if (error.code === 'LEDGER_LEAF_MALFORMED') throw invalid('a line of it is no event', error);
    throw error;
  }
}

async function restoreIn(
  query: Kysely<LedgerTables>,
  source: RecordSource,
  { signer, onEvent, note, at }: RestoreOptions,
): Promise<'restored' | 'kept'> {
  const there = (await readHead(query)).range.size;
  const any = await query.selectFrom('events').select('position').limit(1).executeTakeFirst();
  const isEmpty = there === 0 && any === undefined;
  if (!isEmpty && there < source.size) throw notEmpty(there);
  const { range, lastHash } = await takeLeaves(source, onEvent, async (rows, nodes) => {
    if (isEmpty) await insertRows(query, rows, nodes);
  });
  if (range.size !== source.size || !rootOf(range).equals(source.root)) {
    throw invalid(`its ${range.size} events are not the ${source.size} that it names, or have another root`);
  }
  await takeCheckpoints(source, async (rows) => {
    if (isEmpty) await query.insertInto('ledger_checkpoints').values(rows).execute();
  });
  await source.ended();
  if (!isEmpty) {
    const last = await query
      .selectFrom('events')
      .select('leaf_hash')
      .where('position', '=', range.size)
      .executeTakeFirst();
    // Each leaf holds the hash of the one before: the same last one means the same before it.
    if (last?.leaf_hash.equals(lastHash) !== true) throw notEmpty(there);
    return 'kept';
  }
  await writeHead(query, { range, lastHash });
  const { tampering } = await verifyIn(query, { key: signer.verifierKey, outside: [] });
  const [first] = tampering;
  if (first !== undefined) throw invalid(`position ${first.position}: ${first.evidence}`);
  const { head } = await appendBatch(query, [note], at);
  await keepCheckpoint(query, head.range, signer);
  return 'restored';
}

/** Reads all leaves, each checked against the one before, and hands them on as rows. */
async function takeLeaves(
  source: RecordSource,
  onEvent: RestoreOptions['onEvent'],
  keep: (rows: readonly EventsTable[], nodes: readonly NodesTable[]) => Promise<void>,
): Promise<{ readonly range: CompactRange; readonly lastHash: Buffer }> {
  let range = EMPTY_RANGE;
  let lastHash: Buffer = Buffer.from(NO_PREVIOUS, 'hex');
  for await (const leaves of source.leaves()) {
    const rows: EventsTable[] = [];
    const nodes: NodesTable[] = [];
    for (const leaf of leaves) {
      const position = range.size + 1;
      if (leaf.length > LEAF_LIMIT_BYTES) throw invalid(`event ${position} has ${leaf.length} bytes`);
      if (position > source.size) throw invalid(`it has more than the ${source.size} events that it names`);
      const event = decodeLeaf(leaf);
      if (event.position !== position || event.previous !== lastHash.toString('hex')) {
        throw invalid(`event ${position} does not follow the one before`);
      }
      lastHash = leafHash(leaf);
      range = appendLeaf(range, lastHash, keepNodesIn(nodes));
      rows.push(eventRow(event, leaf, lastHash));
      await onEvent(event);
    }
    await keep(rows, nodes);
  }
  return { range, lastHash };
}

/** Their roots and signatures are for the verification to check. */
async function takeCheckpoints(
  source: RecordSource,
  keep: (rows: readonly CheckpointsTable[]) => Promise<void>,
): Promise<void> {
  let last = 0;
  for await (const notes of source.checkpoints()) {
    const rows: CheckpointsTable[] = [];
    for (const note of notes) {
      const opened = readUnsigned(note);
      if (opened.kind === 'refused') throw invalid(`a checkpoint of it is none: ${opened.reason}`);
      const { size } = opened.checkpoint;
      if (size <= last || size > source.size) throw invalid(`the checkpoint of ${size} events is not in its place`);
      last = size;
      rows.push({ size, note });
    }
    if (rows.length > 0) await keep(rows);
  }
  if (last !== source.size) throw invalid(`no checkpoint covers its ${source.size} events`);
}

function invalid(what: string, cause?: unknown): HoldfastError {
  return new HoldfastError('LEDGER_RESTORE_INVALID', `The record cannot be restored: ${what}`, {
    hint: 'The file was made by a faulty program or to deceive. Take another backup.',
    cause,
  });
}

function notEmpty(size: number): HoldfastError {
  return new HoldfastError('LEDGER_NOT_EMPTY', `The database holds another record, of ${size} events`, {
    kind: 'usage',
    hint: 'Restore into an empty database. One that holds the backup’s own record is taken as it is.',
  });
}
