import { type InsideEntry, insidePath, type OpenInside } from '#app/volume/restore/inside/inside.ts';
import type { SnapshotEngine, SnapshotEntry } from '#volume/engines/engine.ts';

/** Looks into a repository through restic, which starts anew for each question. Names that are no UTF-8 are not known. */
export function resticInside(engine: SnapshotEngine): OpenInside {
  return {
    reader: 'restic',
    snapshots: (filter) => engine.snapshots(filter),
    entry: async ({ id }, path) => {
      const wanted = insidePath(path);
      for await (const entry of engine.list(id, `/${wanted.toString('utf8')}`)) {
        const found = entryOf(entry);
        if (found.path.equals(wanted)) return found;
      }
      return undefined;
    },
    list: async function* ({ id }, path, deep) {
      const top = insidePath(path);
      const prefix = top.length === 0 ? '' : `${top.toString('latin1')}/`;
      // With a path, restic lists what is directly in it; all that is below it, only among everything.
      for await (const entry of deep ? engine.list(id) : engine.list(id, `/${top.toString('utf8')}`)) {
        const found = entryOf(entry);
        const text = found.path.toString('latin1');
        if (text === '' || !text.startsWith(prefix) || text.length === prefix.length) continue;
        if (deep || !text.slice(prefix.length).includes('/')) yield found;
      }
    },
    content: ({ id }, path) => engine.dump(id, `/${insidePath(path).toString('utf8')}`),
    problems: () => [],
    close: async () => undefined,
  };
}

function entryOf({ path, type, sizeBytes, mode, uid, gid, mtime }: SnapshotEntry): InsideEntry {
  return { path: insidePath(path), type, sizeBytes, mode, uid, gid, mtime };
}
