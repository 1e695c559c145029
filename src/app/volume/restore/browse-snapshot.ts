import { noSuchPath } from '#app/volume/restore/fetch.ts';
import { type InsideEntry, type InsideFound, insidePath, type OpenInside } from '#app/volume/restore/inside/inside.ts';
import {
  type PickDeps,
  type PickedSnapshot,
  pickSnapshot,
  type SnapshotWish,
} from '#app/volume/restore/pick-snapshot.ts';
import { type RestoreSubject, sourcePath, stagingPath } from '#app/volume/restore/subject.ts';
import { HoldfastError } from '#core/errors.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';
import { DUMPS_NAME } from '#volume/snapshot/manifest.ts';

export interface BrowseRequest {
  readonly wish: SnapshotWish;
  /** Bytes that are no text may be written as they are shown, `\xHH`. */
  readonly path: string;
  /** What paths are from: the root of the data, of the dumps, or of the whole snapshot, where the manifest is, too. */
  readonly from: 'data' | 'dumps' | 'snapshot';
}

/** A place in a snapshot. */
export interface BrowsedPlace {
  readonly picked: PickedSnapshot;
  /** Undefined for the root. */
  readonly entry: InsideEntry | undefined;
  /** What is there: the file itself, or what is in the directory; `deep`, all that is below it. Paths are from the request's root. */
  list(deep: boolean): AsyncIterable<InsideFound>;
  /** The bytes of the file. @throws `SNAPSHOT_PATH_UNKNOWN` when it is none */
  content(): AsyncIterable<Uint8Array>;
}

/** Finds a place in a snapshot. @throws `SNAPSHOT_UNKNOWN`, `SNAPSHOT_PATH_UNKNOWN`, `SNAPSHOT_NO_DUMPS`, `RESTIC_*` */
export async function browseSnapshot(
  deps: Omit<PickDeps, 'list'> & { readonly inside: OpenInside },
  { wish, path, from }: BrowseRequest,
): Promise<BrowsedPlace> {
  const { inside } = deps;
  const picked = await pickSnapshot({ ...deps, list: inside.snapshots }, wish);
  const { row, subject } = picked;
  const root = insidePath(rootOf(row, subject, from));
  const below = (part: Buffer) => insidePath(Buffer.concat([root, Buffer.from('/'), part]));
  let whole = below(insidePath(path));
  let entry = whole.length === 0 ? undefined : await inside.entry(row, whole);
  if (entry === undefined && whole.length > 0 && /\\x[0-9a-f]{2}/.test(path)) {
    whole = below(insidePath(unescaped(path)));
    entry = await inside.entry(row, whole);
  }
  if (entry === undefined && whole.length > 0)
    throw from === 'dumps' && whole.equals(root) ? noDumps(row) : noSuchPath(row, insidePath(path));
  const fromHere = <T extends InsideFound>(found: T): T => ({
    ...found,
    path: found.path.subarray(Math.min(found.path.length, root.length === 0 ? 0 : root.length + 1)),
  });
  return {
    ...{ picked, entry: entry && fromHere(entry) },
    list: async function* (deep) {
      if (entry !== undefined && entry.type !== 'dir') yield fromHere(entry);
      else for await (const found of inside.list(row, whole, deep)) yield fromHere(found);
    },
    content: async function* () {
      if (entry?.type !== 'file') {
        throw new HoldfastError('SNAPSHOT_PATH_UNKNOWN', `${displayPath(whole) || '/'} is no file`, { kind: 'usage' });
      }
      yield* inside.content(row, whole);
    },
  };
}

function rootOf(row: SnapshotRow, subject: RestoreSubject | undefined, from: BrowseRequest['from']): string {
  const staging = subject === undefined ? undefined : stagingPath(row, subject);
  if (from === 'dumps') {
    if (staging === undefined) throw noDumps(row);
    return `${staging}/${DUMPS_NAME}`;
  }
  return from === 'snapshot' || subject === undefined ? '' : (sourcePath(row, subject) ?? '');
}

function noDumps({ id }: SnapshotRow): HoldfastError {
  return new HoldfastError('SNAPSHOT_NO_DUMPS', `The snapshot ${id.slice(0, 8)} holds no dumps`, {
    kind: 'usage',
    hint: 'Of a stack, the dumps of a database are in the snapshot of the volume that has its data. holdfast volume show tells which.',
  });
}

function unescaped(text: string): Buffer {
  const bytes = Buffer.from(text).toString('latin1');
  return Buffer.from(
    bytes.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}
