import type { Database } from '#base/database/database.ts';
import type { Digest } from '#core/digest.ts';
import type { EventCatalogue } from '#ledger/catalogue.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { allHandled, type Prepared } from '#ledger/projection/apply-events.ts';
import { projectionTables, rowKey } from '#ledger/projection/generation-tables.ts';
import {
  type Cell,
  type Evidence,
  type Projection,
  type Seen,
  type TableProjection,
  tableName,
} from '#ledger/projection/projection.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

export interface EvidenceDeps {
  readonly database: Database<LedgerTables>;
  readonly catalogue: EventCatalogue;
  /** `undefined` where the blob is missing or damaged. */
  readonly blob: (digest: Digest) => Promise<Buffer | undefined>;
}

/** Reads the blobs that a projection wants to see of events, each once, and none whose work has been done. */
export async function prepare(
  deps: EvidenceDeps,
  projection: Projection,
  generation: number,
  events: readonly LedgerEvent[],
): Promise<readonly Prepared[]> {
  const found = allHandled(projection, events, deps.catalogue);
  if (projection.kind === 'state') return found.map((one) => ({ ...one, seen: [] }));
  const wanted = found.map((one) => (one.kind === 'known' ? (projection.evidence?.(one.event) ?? []) : []));
  const known = await knownRows(deps.database, projection, generation, wanted.flat());
  const prepared: Prepared[] = [];
  for (const [index, one] of found.entries()) {
    if (one.kind === 'unreadable') prepared.push(one);
    else {
      const seen: Seen[] = [];
      for (const evidence of wanted[index] ?? []) seen.push(await see(evidence, known, projection, deps.blob));
      prepared.push({ ...one, seen });
    }
  }
  return prepared;
}

/** The keys of rows that make evidence needless, as {@link rowKey} writes them behind their table. */
async function knownRows(
  database: Database<LedgerTables>,
  projection: TableProjection,
  generation: number,
  wanted: readonly Evidence[],
): Promise<Set<string>> {
  const known = new Set<string>();
  const byTable = new Map<string, Cell[]>();
  for (const { unless } of wanted) {
    const column = unless === undefined ? undefined : projection.tables[unless.table]?.key[0];
    if (unless === undefined || column === undefined) continue;
    byTable.set(unless.table, [...(byTable.get(unless.table) ?? []), unless.row[column] ?? null]);
  }
  for (const [table, values] of byTable) {
    const column = projection.tables[table]?.key[0] ?? '';
    const rows = await database.read((query) =>
      projectionTables(query)
        .selectFrom(tableName(projection.id, generation, table))
        .select(column)
        .where(column, 'in', values)
        .execute(),
    );
    for (const row of rows) known.add(`${table} ${rowKey(projection, { table, row })}`);
  }
  return known;
}

/** What is read once in a round need not be read again in it. */
async function see(
  { digest, unless }: Evidence,
  known: Set<string>,
  projection: TableProjection,
  blob: EvidenceDeps['blob'],
): Promise<Seen> {
  const key = unless === undefined ? undefined : `${unless.table} ${rowKey(projection, unless)}`;
  if (key !== undefined && known.has(key)) return 'known';
  const bytes = await blob(digest);
  if (key !== undefined && bytes !== undefined) known.add(key);
  return bytes;
}
