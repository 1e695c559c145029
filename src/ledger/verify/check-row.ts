import type { LedgerEvent } from '#ledger/event.ts';
import { plainlyFits } from '#ledger/verify/plainly-fits.ts';
import { asBytes, type Columns, type ReadRow } from '#ledger/verify/read-row.ts';
import type { Tampering } from '#ledger/verify/tampering.ts';

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
  const { position } = read;
  if (plainlyFits(read, expected, previous)) return undefined;
  if (position > expected) return { kind: 'deleted', position: expected, evidence: `the next row is ${position}` };
  const found = checkAlone(read, next, previous);
  const shifted = next?.event()?.position === position;
  if (found === undefined || !shifted) return found;
  return { kind: 'inserted', position, evidence: `the event recorded as ${position} now stands at ${next.position}` };
}

function checkAlone(
  { position, columns, typed, hex, event: read }: ReadRow,
  next: ReadRow | undefined,
  previous: string,
): Tampering | undefined {
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
  if (hex !== columns.leafHash) {
    return bad('edited', position, 'its bytes do not have the hash that was kept');
  }
  const column = differingColumn(columns, event);
  if (column !== undefined) return bad('edited', position, `its column ${column} differs from what was recorded`);
  if (!typed) return bad('edited', position, 'a column holds another type of value');
  if (event.previous === previous) return undefined;
  if (next?.event()?.previous === hex && position > 1) {
    return bad('edited', position - 1, `event ${position} was recorded after another one`);
  }
  return bad('edited', position, 'it does not follow the event before it');
}

function differingColumn(columns: Columns, event: LedgerEvent): string | undefined {
  const differs = (column: string, value: string | number) => column !== asBytes(String(value));
  if (differs(columns.stream, event.stream)) return 'stream';
  if (differs(columns.version, event.version)) return 'version';
  if (differs(columns.type, event.type)) return 'type';
  if (differs(columns.schemaVersion, event.schemaVersion)) return 'schema_version';
  if (differs(columns.actor, event.actor)) return 'actor';
  if (differs(columns.at, event.at)) return 'at';
  if (differs(columns.key, event.key)) return 'idempotency_key';
  return undefined;
}
