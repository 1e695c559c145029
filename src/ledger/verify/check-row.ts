import { HoldfastError } from '#core/errors.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { decodeLeaf } from '#ledger/leaf.ts';
import type { EventsTable } from '#ledger/store/tables.ts';
import { leafHash } from '#ledger/tree/hash.ts';
import type { Tampering } from '#ledger/verify/tampering.ts';

/** A row with what its bytes say. */
export interface ReadRow {
  readonly row: EventsTable;
  /** `undefined`: the bytes are no event. */
  readonly event: LedgerEvent | undefined;
  /** Of the bytes as they are. */
  readonly hash: Buffer;
}

export function readRow(row: EventsTable): ReadRow {
  const hash = leafHash(row.leaf);
  try {
    return { row, event: decodeLeaf(row.leaf), hash };
  } catch (error) {
    if (error instanceof HoldfastError) return { row, event: undefined, hash };
    throw error;
  }
}

/**
 * Checks one row against what stood before it. `next` decides between explanations: an inserted row has shifted its
 * neighbours, an edited one has not.
 * @param expected the position that comes now
 * @param previous leaf hash of the row before, hexadecimal
 */
export function checkRow(
  read: ReadRow,
  next: ReadRow | undefined,
  expected: number,
  previous: string,
): Tampering | undefined {
  const { position } = read.row;
  if (position > expected) return { kind: 'deleted', position: expected, evidence: `the next row is ${position}` };
  const found = checkAlone(read, next, previous);
  const shifted = next?.event?.position === position;
  if (found === undefined || !shifted) return found;
  return {
    kind: 'inserted',
    position,
    evidence: `the event recorded as ${position} now stands at ${next.row.position}`,
  };
}

function checkAlone({ row, event, hash }: ReadRow, next: ReadRow | undefined, previous: string): Tampering | undefined {
  const { position } = row;
  const bad = (kind: Tampering['kind'], at: number, evidence: string): Tampering => ({ kind, position: at, evidence });
  if (event === undefined) return bad('edited', position, 'its bytes are no event');
  if (event.position !== position) {
    const evidence = `the event recorded as ${event.position} stands at ${position}`;
    const followed = next === undefined || next.event?.position === event.position + 1;
    if (event.position === position + 1 && followed) return bad('deleted', position, evidence);
    // What stands before it fitted, so that only this one shows that something was put in.
    if (event.position === position - 1 && followed) return bad('inserted', position - 1, evidence);
    return bad('reordered', position, evidence);
  }
  if (!hash.equals(row.leaf_hash)) return bad('edited', position, 'its bytes do not have the hash that was kept');
  const column = differingColumn(row, event);
  if (column !== undefined) return bad('edited', position, `its column ${column} differs from what was recorded`);
  if (event.previous === previous) return undefined;
  const intact = next?.event?.previous === hash.toString('hex');
  if (intact && position > 1) return bad('edited', position - 1, `event ${position} was recorded after another one`);
  return bad('edited', position, 'it does not follow the event before it');
}

function differingColumn(row: EventsTable, event: LedgerEvent): string | undefined {
  if (row.stream !== event.stream) return 'stream';
  if (row.version !== event.version) return 'version';
  if (row.type !== event.type) return 'type';
  if (row.schema_version !== event.schemaVersion) return 'schema_version';
  if (row.actor !== event.actor) return 'actor';
  if (row.at !== event.at) return 'at';
  if (row.idempotency_key !== event.key) return 'idempotency_key';
  return undefined;
}
