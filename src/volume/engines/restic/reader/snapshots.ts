import { createHash } from 'node:crypto';
import { jsonWithin, openJson } from '#base/json/json-cursor.ts';
import { HoldfastError } from '#core/errors.ts';
import { isResticId } from '#volume/engines/restic/reader/files.ts';
import type { ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import { openUnpacked } from '#volume/engines/restic/reader/unpacked.ts';

/** What a snapshot says of itself (restic's design document, "Snapshots"). */
export interface ResticSnapshot {
  readonly id: string;
  /** RFC 3339, as restic wrote it. */
  readonly time: string;
  /** The blob of the topmost directory. */
  readonly tree: string;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  readonly hostname?: string;
  readonly username?: string;
  readonly parent?: string;
  /** The first snapshot of which this is a copy with other tags. */
  readonly original?: string;
}

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_VALUES = 200_000;

/** All snapshots' names, in no order. They say nothing yet of what is in them. @throws what listing throws */
export async function snapshotIds(repository: Pick<ResticRepository, 'files'>): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of repository.files.list('snapshot')) names.push(name);
  return names.sort();
}

/** @throws `RESTIC_FILE_DAMAGED`, `RESTIC_SNAPSHOT_INVALID`, `ZSTD_CORRUPT`, `DECOMPRESS_LIMIT`, and what reading throws */
export async function readSnapshot(
  repository: Pick<ResticRepository, 'files' | 'key' | 'zstd'>,
  id: string,
): Promise<ResticSnapshot> {
  const bytes = await repository.files.read('snapshot', id);
  if (createHash('sha256').update(bytes).digest('hex') !== id) {
    throw new HoldfastError('RESTIC_FILE_DAMAGED', `The SHA-256 of snapshot ${id} is another: it was changed`);
  }
  return parseSnapshot(id, openUnpacked(repository.key, repository.zstd, bytes));
}

function parseSnapshot(id: string, json: Buffer): ResticSnapshot {
  let fields: Map<string, unknown>;
  try {
    const value = jsonWithin(openJson(json, 16), MAX_BYTES, MAX_VALUES)?.value;
    if (typeof value !== 'object' || value === null) throw invalid(id, 'it is no object, or too large');
    fields = new Map<string, unknown>(Object.entries(value));
  } catch (error) {
    throw error instanceof HoldfastError && error.code === 'RESTIC_SNAPSHOT_INVALID'
      ? error
      : invalid(id, String(error));
  }
  const tree = fields.get('tree');
  if (!isResticId(tree)) throw invalid(id, 'it has no tree');
  const text = (name: string) => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const texts = (name: string) => {
    const value: unknown = fields.get(name);
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  };
  const optional = ['hostname', 'username', 'parent', 'original'].flatMap((name) => {
    const value = text(name);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    id,
    time: text('time') ?? '',
    tree,
    paths: texts('paths'),
    tags: texts('tags'),
    ...Object.fromEntries(optional),
  };
}

function invalid(id: string, why: string): HoldfastError {
  return new HoldfastError('RESTIC_SNAPSHOT_INVALID', `Snapshot ${id} cannot be read: ${why}`);
}
