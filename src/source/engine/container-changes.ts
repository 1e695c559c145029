import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { containerChanges } from '#base/engine/containers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { isStorageUnreadable, storageUnreadable } from '#base/engine/storage/small-file.ts';
import { cleanPath } from '#base/tar/path.ts';

/**
 * The directories in which a container's writable layer hides all that its image has. No archive was unpacked to this
 * layer, so its engine is asked what the container deleted. A deleted path without a whiteout in the layer is hidden by
 * its directory; a deleted path that is a directory there was made anew. Both are opaque.
 * @throws `ENGINE_STORAGE_UNREADABLE`
 */
export async function hiddenByContainer(engine: Engine, id: string, directory: string): Promise<readonly string[]> {
  try {
    // The engine compares whole trees to answer; most containers wrote no directory.
    if (!readdirSync(directory, { withFileTypes: true }).some((entry) => entry.isDirectory())) return [];
    const deleted = (await containerChanges(engine, id)).filter(({ kind }) => kind === 'deleted');
    const opaque = new Set<string>();
    for (const { path } of deleted) {
      const clean = cleanPath(path);
      if (clean === undefined || clean === '')
        throw storageUnreadable(directory, `${JSON.stringify(path)} was deleted`);
      const hiding = hidingDirectory(directory, clean);
      // A container cannot replace its root: believing it would hide the whole image.
      if (hiding === '') throw storageUnreadable(directory, `${JSON.stringify(path)} was deleted without a trace`);
      if (hiding !== undefined) opaque.add(hiding);
    }
    return [...opaque].sort();
  } catch (error) {
    if (isStorageUnreadable(error)) throw error;
    throw storageUnreadable(directory, error instanceof Error ? error.message : String(error), error);
  }
}

function hidingDirectory(layer: string, path: string): string | undefined {
  const own = entryOf(layer, path);
  if (own?.isDirectory()) return path;
  // A whiteout, or a file that came in the place of what was deleted: each hides on its own.
  if (own !== undefined) return undefined;
  const slash = path.lastIndexOf('/');
  const parent = slash < 0 ? '' : path.slice(0, slash);
  return entryOf(layer, parent)?.isDirectory() ? parent : undefined;
}

/** A link in the middle is not followed: what lies behind it is not in the layer. */
function entryOf(layer: string, path: string): Stats | undefined {
  let at = layer;
  let status = lstatSync(at, { throwIfNoEntry: false });
  for (const part of path === '' ? [] : path.split('/')) {
    if (status?.isDirectory() !== true) return undefined;
    at = join(at, part);
    status = lstatSync(at, { throwIfNoEntry: false });
  }
  return status;
}
