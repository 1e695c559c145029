import type { Compilable, CompiledQuery, Kysely, RootOperationNode } from 'kysely';

/** Texts of statements by engine and name. */
const kept = new WeakMap<object, Map<string, CompiledQuery>>();

/**
 * Runs a statement that is built once and used for ever with other values: for what runs at every commit, where building
 * costs more than running. `name` must tell statements of different texts apart; `build` is called with the first values,
 * and its parameters must be `values` in that order.
 */
export async function runKept<Row>(
  query: Pick<Kysely<never>, 'getExecutor' | 'executeQuery'>,
  name: string,
  values: readonly unknown[],
  build: () => Compilable<Row>,
): Promise<readonly Row[]> {
  const { adapter } = query.getExecutor();
  let statements = kept.get(adapter);
  if (statements === undefined) {
    statements = new Map();
    kept.set(adapter, statements);
  }
  let statement = statements.get(name);
  if (statement === undefined) {
    const built = build().compile();
    if (built.parameters.length !== values.length || built.parameters.some((value, index) => value !== values[index]))
      throw new Error(`the statement ${name} has other parameters`);
    // Without its values, which the builder's tree holds.
    statement = { ...built, query: { kind: built.query.kind } as RootOperationNode, parameters: [] };
    statements.set(name, statement);
  }
  const { rows } = await query.executeQuery<Row>({ ...statement, parameters: values } as CompiledQuery<Row>);
  return rows;
}
