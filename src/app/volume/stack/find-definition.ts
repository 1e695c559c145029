import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { HoldfastError } from '#core/errors.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import {
  parseStackDefinition,
  STACK_FILE,
  STACK_LIMIT_BYTES,
  type StackDefinition,
} from '#volume/snapshot/stack-definition.ts';
import { OWN_TAG, stackTag } from '#volume/snapshot/tags.ts';

/** A stack's snapshot, and what is in it. */
export interface FoundStack {
  readonly row: SnapshotRow;
  readonly definition: StackDefinition;
}

/**
 * Reads a stack's definition out of a repository.
 * @param snapshot an id, the beginning of one, or `latest`
 * @throws `SNAPSHOT_UNKNOWN`, `STACK_DEFINITION_INVALID`, `RESTIC_*`
 */
export async function findDefinition(
  { engine }: Pick<OpenRepository, 'engine'>,
  stack: string,
  snapshot: string,
): Promise<FoundStack> {
  const rows = await engine.snapshots({ tags: [OWN_TAG, stackTag(stack)] });
  const found = snapshot === 'latest' ? rows.slice(-1) : rows.filter(({ id }) => id.startsWith(snapshot));
  const [row, ...more] = found;
  if (row === undefined || more.length > 0 || snapshot.length < 4) {
    const shown = JSON.stringify(snapshot.slice(0, 80));
    throw new HoldfastError('SNAPSHOT_UNKNOWN', `${shown} names ${found.length} snapshots of the stack ${stack}`, {
      kind: 'usage',
      hint: 'holdfast volume snapshots lists them: those of a stack, not of its volumes.',
    });
  }
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of engine.dump(row.id, `/${STACK_FILE}`)) {
    sizeBytes += chunk.length;
    if (sizeBytes > STACK_LIMIT_BYTES) break;
    chunks.push(chunk);
  }
  const definition = parseStackDefinition(Buffer.concat(chunks));
  if (definition.stack === stack && sizeBytes <= STACK_LIMIT_BYTES) return { row, definition };
  throw new HoldfastError('STACK_DEFINITION_INVALID', `The snapshot ${row.id.slice(0, 8)} is not what its tag says`);
}
