import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { portableZstd } from '#base/compress/zstd-portable.ts';
import type { RepositoryAccess, SnapshotFilter, SnapshotRow } from '#volume/engines/engine.ts';
import { damageList } from '#volume/engines/restic/reader/damage.ts';
import { isResticId, type OpenFiles, type ResticFiles } from '#volume/engines/restic/reader/files.ts';
import { repositoryFiles } from '#volume/engines/restic/reader/repository-files.ts';
import type { ResticKey } from '#volume/engines/restic/reader/seal.ts';
import { readSnapshot, snapshotIds } from '#volume/engines/restic/reader/snapshots.ts';
import { unlock } from '#volume/engines/restic/reader/unlock.ts';
import { matchesFilter } from '#volume/engines/restic/snapshots.ts';

/** What can be done with a repository without starting restic, which takes half a second each time. */
export interface QuickLook {
  /** Derives the key, so that it is there when it is needed. Never rejects. */
  unlock(): Promise<unknown>;
  /** Snapshots by their ids, each hash recomputed; undefined where restic has to be asked. */
  find(filter: SnapshotFilter): Promise<readonly SnapshotRow[] | undefined>;
  /** Removes snapshots' files in a directory, as `forget` does; false where restic has to do it. In a turn of its own. */
  discard(ids: readonly string[]): boolean;
}

/** @param ours the environment of this program */
export function quickLook(access: RepositoryAccess, ours: Readonly<Record<string, string | undefined>>): QuickLook {
  const { location, passwordFile, shared } = access;
  const isHere = location.startsWith('/');
  let key: Promise<ResticKey | undefined> | undefined;
  const looking = async <T>(look: (files: ResticFiles) => Promise<T>): Promise<T | undefined> => {
    let files: OpenFiles | undefined;
    try {
      files = repositoryFiles(access, ours);
      return await look(files);
    } catch {
      return undefined;
    } finally {
      await files?.close();
    }
  };
  const unlocked = (files: ResticFiles) => {
    key ??= firstKey(files, passwordFile).catch(() => undefined);
    return key;
  };
  return {
    unlock: () => looking(unlocked),
    find: async (filter) => {
      const { ids } = filter;
      if (ids === undefined || ids.length === 0) return undefined;
      return looking(async (files) => {
        const names = await snapshotIds({ files });
        const found = names.filter((name) => ids.some((id) => name.startsWith(id)));
        const opened = found.length === 0 ? undefined : await unlocked(files);
        // What is not found is asked for again, of restic.
        if (opened === undefined || found.length < ids.length) return undefined;
        const zstd = await portableZstd();
        try {
          const rows: SnapshotRow[] = [];
          for (const name of found) {
            const { hostname = '', ...row } = await readSnapshot({ files, key: opened, zstd }, name);
            rows.push({ ...row, host: hostname });
          }
          return rows
            .filter((row) => matchesFilter(row, filter))
            .sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || (a.id < b.id ? -1 : 1));
        } finally {
          zstd.close();
        }
      });
    },
    discard: (ids) => {
      // Where others work too, only restic's lock keeps them from it.
      if (!isHere || shared) return false;
      try {
        if (readdirSync(join(location, 'locks')).length > 0) return false;
        const names = readdirSync(join(location, 'snapshots')).filter(isResticId);
        const chosen = uniqueIds(names, ids);
        for (const name of chosen) rmSync(join(location, 'snapshots', name));
        return chosen.length === ids.length;
      } catch {
        return false;
      }
    },
  };
}

/** Those of the names that an id, or the beginning of one, means and no other. */
export function uniqueIds(names: readonly string[], ids: readonly string[]): readonly string[] {
  return ids.flatMap((id) => {
    const [name, ...more] = names.filter((one) => one.startsWith(id));
    return name === undefined || more.length > 0 ? [] : [name];
  });
}

async function firstKey(files: ResticFiles, passwordFile: string): Promise<ResticKey | undefined> {
  const password = readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, '');
  for await (const key of unlock(files, Buffer.from(password), damageList())) return key;
  return undefined;
}
