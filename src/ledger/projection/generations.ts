import type { Kysely } from 'kysely';
import type { Engine } from '#base/database/database.ts';
import { runKept } from '#base/database/kept-statement.ts';
import { HoldfastError } from '#core/errors.ts';
import { createGenerationTables, dropGenerationTables } from '#ledger/projection/generation-tables.ts';
import type { Projection } from '#ledger/projection/projection.ts';
import type { LedgerTables, ProjectionsTable } from '#ledger/store/tables.ts';

/** One building of a projection from the first event on. At most one serves. */
export type Generation = Readonly<Omit<ProjectionsTable, 'serving'>> & { readonly serving: boolean };

export async function generationsOf(query: Kysely<LedgerTables>, id: string): Promise<readonly Generation[]> {
  const rows = await runKept(query, 'generations', [id], () =>
    query.selectFrom('projections').selectAll().where('id', '=', id).orderBy('generation'),
  );
  return rows.map((row) => ({ ...row, serving: row.serving === 1 }));
}

/**
 * The generation that serves this program's version; `undefined` while there is none.
 * @throws `LEDGER_PROJECTION_NEWER` where a newer program has replaced it
 */
export async function servingGeneration(
  query: Kysely<LedgerTables>,
  { id, version }: Pick<Projection, 'id' | 'version'>,
): Promise<Generation | undefined> {
  const serving = (await generationsOf(query, id)).find((one) => one.serving);
  if (serving === undefined || serving.version < version) return undefined;
  if (serving.version === version) return serving;
  throw new HoldfastError(
    'LEDGER_PROJECTION_NEWER',
    `The read model ${id} has version ${serving.version}; this program knows ${version}`,
    { hint: 'A newer Holdfast has used this ledger. Use that one here too.' },
  );
}

/** Begins a new generation, empty and not serving. Earlier ones that never came to serve are removed. */
export async function beginGeneration(
  query: Kysely<LedgerTables>,
  engine: Engine,
  projection: Projection,
): Promise<Generation> {
  const known = await generationsOf(query, projection.id);
  for (const { generation, serving } of known)
    if (!serving) await removeGeneration(query, engine, projection.id, generation);
  const generation = (known.at(-1)?.generation ?? 0) + 1;
  const row = {
    id: projection.id,
    generation,
    version: projection.version,
    position: 0,
    state: projection.kind === 'state' ? JSON.stringify(projection.initial) : null,
  };
  await query
    .insertInto('projections')
    .values({ ...row, serving: 0 })
    .execute();
  if (projection.kind === 'tables') await createGenerationTables(query, engine, projection, generation);
  return { ...row, serving: false };
}

/** Lets a generation serve from now on; those before it are removed. In the transaction that brought it to the head. */
export async function serveGeneration(
  query: Kysely<LedgerTables>,
  engine: Engine,
  id: string,
  generation: number,
): Promise<void> {
  for (const other of await generationsOf(query, id)) {
    if (other.generation !== generation) await removeGeneration(query, engine, id, other.generation);
  }
  await query
    .updateTable('projections')
    .set({ serving: 1 })
    .where('id', '=', id)
    .where('generation', '=', generation)
    .execute();
}

/** Notes how far a generation has come, and the state that it has there. */
export async function moveGeneration(
  query: Kysely<LedgerTables>,
  { id, generation }: Pick<Generation, 'id' | 'generation'>,
  position: number,
  state: string | null,
): Promise<void> {
  await runKept(query, 'move generation', [position, state, id, generation], () =>
    query.updateTable('projections').set({ position, state }).where('id', '=', id).where('generation', '=', generation),
  );
}

/** Removes all that a projection has; the next look builds it anew. */
export async function removeGenerations(query: Kysely<LedgerTables>, engine: Engine, id: string): Promise<void> {
  for (const { generation } of await generationsOf(query, id)) await removeGeneration(query, engine, id, generation);
}

async function removeGeneration(
  query: Kysely<LedgerTables>,
  engine: Engine,
  id: string,
  generation: number,
): Promise<void> {
  await dropGenerationTables(query, engine, id, generation);
  await query.deleteFrom('projections').where('id', '=', id).where('generation', '=', generation).execute();
}
