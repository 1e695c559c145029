import { HoldfastError } from '#core/errors.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { decodeLeaf } from '#ledger/leaf.ts';
import type { EventsTable } from '#ledger/store/tables.ts';
import { leafHash } from '#ledger/tree/hash.ts';
import type { Tampering } from '#ledger/verify/tampering.ts';

/** A row with what its bytes say. */
export interface ReadRow {
  readonly row: EventsTable;
  /** `undefined`: the bytes are no event. Read when somebody asks: of a row that fits nobody does. */
  readonly event: () => LedgerEvent | undefined;
  /** Of the bytes as they are. */
  readonly hash: Buffer;
  /** Its columns hold what nothing that is recorded can be, and why. */
  readonly fault: string | undefined;
}

export function readRow(row: EventsTable, fault?: string): ReadRow {
  return { row, event: () => eventOf(row.leaf), hash: leafHash(row.leaf), fault };
}

function eventOf(leaf: Buffer): LedgerEvent | undefined {
  try {
    return decodeLeaf(leaf);
  } catch (error) {
    if (error instanceof HoldfastError) return undefined;
    throw error;
  }
}

/**
 * Whether a row is plainly what was recorded there: its hash is the one that is kept, and its bytes are those that its
 * columns and its place give, all around the data, which the hash covers. No for some that are right: names beyond
 * ASCII, or metadata. It saves taking nearly every leaf apart.
 */
function fits({ row, hash, fault }: ReadRow, expected: number, previous: string): boolean {
  const { position, leaf } = row;
  if (fault !== undefined || position !== expected || !hash.equals(row.leaf_hash)) return false;
  const head = `{"actor":${JSON.stringify(row.actor)},"at":"${row.at}","data":{`;
  const tail =
    `},"form":1,"key":${JSON.stringify(row.idempotency_key)},"metadata":{},"position":${position},"previous":"${previous}",` +
    `"schemaVersion":${row.schema_version},"stream":${JSON.stringify(row.stream)},"type":${JSON.stringify(row.type)},` +
    `"version":${row.version}}`;
  const from = leaf.length - tail.length;
  return from >= head.length && leaf.indexOf(tail, from) === from && leaf.indexOf(head) === 0;
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
  const claimed = next?.row.leaf.includes(`"position":${position},"previous":"`) === true;
  if (!claimed && fits(read, expected, previous)) return undefined;
  if (position > expected) return { kind: 'deleted', position: expected, evidence: `the next row is ${position}` };
  const found = checkAlone(read, next, previous);
  const shifted = next?.event()?.position === position;
  if (found === undefined || !shifted) return found;
  return {
    kind: 'inserted',
    position,
    evidence: `the event recorded as ${position} now stands at ${next.row.position}`,
  };
}

function checkAlone(
  { row, event: read, hash, fault }: ReadRow,
  next: ReadRow | undefined,
  previous: string,
): Tampering | undefined {
  const { position } = row;
  const event = read();
  const bad = (kind: Tampering['kind'], at: number, evidence: string): Tampering => ({ kind, position: at, evidence });
  if (event === undefined) return bad('edited', position, 'its bytes are no event');
  if (event.position !== position) {
    const evidence = `the event recorded as ${event.position} stands at ${position}`;
    const followed = next === undefined || next.event()?.position === event.position + 1;
    if (event.position === position + 1 && followed) return bad('deleted', position, evidence);
    // What stands before it fitted, so that only this one shows that something was put in.
    if (event.position === position - 1 && followed) return bad('inserted', position - 1, evidence);
    return bad('reordered', position, evidence);
  }
  if (!hash.equals(row.leaf_hash)) return bad('edited', position, 'its bytes do not have the hash that was kept');
  if (fault !== undefined) return bad('edited', position, fault);
  const column = differingColumn(row, event);
  if (column !== undefined) return bad('edited', position, `its column ${column} differs from what was recorded`);
  if (event.previous === previous) return undefined;
  const intact = next?.event()?.previous === hash.toString('hex');
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
