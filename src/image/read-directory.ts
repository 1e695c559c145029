import { lstatSync, opendirSync, readdirSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { storageUnreadable } from '#base/engine/storage/small-file.ts';
import { HoldfastError } from '#core/errors.ts';
import type { EntryType, LayerEntry } from '#image/entry.ts';
import type { LayerContent } from '#image/image.ts';
import type { LayerVisitor } from '#image/layer-visitor.ts';
import { readRecordedLayer } from '#image/read-recorded-layer.ts';
import { readWanted } from '#image/read-wanted.ts';

/** Bytes where names that are not UTF-8 lead there. */
type Location = string | Buffer;

interface Walk {
  readonly kind: 'overlay' | 'tree';
  /** The device that a tree stays on. */
  readonly device: number;
  /** The root's real path, with a slash at the end: nothing outside is ever read. */
  readonly inside: string;
  readonly leaveOut: ReadonlySet<string>;
  readonly visitor: LayerVisitor;
  entries: number;
}

interface Directory {
  /** Relative to the root. */
  readonly path: string;
  readonly at: Location;
  readonly sizeBytes: number;
}

/** Archives have the same limit. */
const MAX_ENTRIES = 5_000_000;
/** Subdirectories that are remembered before they are walked. */
const MAX_PENDING = 10_000;
/** A directory whose own size is below has no more names than this, on any filesystem. */
const HUGE_BYTES = 256 * 1024;
/** Entries between two pauses, in which progress is shown. */
const PAUSE_EVERY = 512;
/** What a name that is not UTF-8 has in place of its bytes. */
const REPLACEMENT = '\ufffd';

/**
 * Shows a directory to the visitor: a layer in an engine's storage, with overlayfs's whiteouts, or a plain tree, of which
 * it stays on one filesystem and leaves out what it is told to. No link is followed, only regular files are opened, and
 * memory does not grow with the tree. Names that are not UTF-8 are shown with replacement characters, hard links as the
 * files that they are. What is gone before it is read was not there: trees that are in use change.
 *
 * What cannot be read in a tree is a problem: `FILE_UNREADABLE`, `MOUNT_LEFT_OUT`, `DIRECTORY_TOO_MANY_ENTRIES`.
 * @throws `FILE_UNREADABLE` when the root of a tree cannot be read, `ENGINE_STORAGE_UNREADABLE` when anything of an
 * overlay cannot: the engine is there to be asked, so its layers are read whole or not at all
 */
export async function walkDirectory(
  content: Extract<LayerContent, { kind: 'overlay' | 'tree' }>,
  visitor: LayerVisitor,
): Promise<void> {
  if (content.kind === 'tree') return walkTree(content, content.leaveOut, visitor);
  const { directory, entries } = content;
  if (entries.from === 'record') await readRecordedLayer(directory, entries.file, visitor);
  else {
    for (const path of await entries.opaques()) visitor.opaque(path);
    await walkTree(content, [], visitor);
  }
  content.confirm();
}

async function walkTree(root: Root, leaveOut: readonly string[], visitor: LayerVisitor): Promise<void> {
  const { directory, status } = openRoot(root);
  const at = directory === '/' ? '' : directory;
  const { kind } = root;
  const walk = { kind, device: status.dev, inside: `${at}/`, leaveOut: new Set(leaveOut), visitor, entries: 0 };
  await walkInto(walk, { path: '', at, sizeBytes: status.size });
}

interface Root {
  readonly kind: 'overlay' | 'tree';
  readonly directory: string;
}

function openRoot({ kind, directory }: Root): { readonly directory: string; readonly status: Stats } {
  try {
    const real = realpathSync(directory);
    const status = lstatSync(real);
    if (status.isDirectory()) return { directory: real, status };
  } catch (error) {
    throw kind === 'overlay' ? storageUnreadable(directory, messageOf(error), error) : unreadable(directory, error);
  }
  throw unreadable(directory, 'it is no directory');
}

async function walkInto(walk: Walk, directory: Directory): Promise<void> {
  let pending: Directory[] = [];
  const walkPending = async () => {
    const next = pending;
    pending = [];
    for (const subdirectory of next) await walkInto(walk, subdirectory);
  };
  for (const name of namesIn(walk, directory)) {
    if (walk.entries > MAX_ENTRIES) return;
    const found = visitEntry(walk, directory, name);
    if (found !== undefined) pending.push(found);
    if (walk.entries % PAUSE_EVERY === 0) await setImmediate();
    // So that a directory of a million directories is no list of a million.
    if (pending.length >= MAX_PENDING) await walkPending();
  }
  await walkPending();
}

/** The names in a directory: sorted, unless there are so many that they are not held at once. */
function namesIn(walk: Walk, { path, at, sizeBytes }: Directory): Iterable<string | Buffer> {
  const location = at === '' ? '/' : at;
  if (sizeBytes >= HUGE_BYTES) return namesOneByOne(walk, path, location);
  try {
    const names = readdirSync(location);
    if (!names.some((name) => name.includes(REPLACEMENT))) return names.sort();
    return readdirSync(location, { encoding: 'buffer' }).sort(Buffer.compare);
  } catch (error) {
    failed(walk, path, error);
    return [];
  }
}

function* namesOneByOne(walk: Walk, path: string, at: Location): Generator<Buffer> {
  try {
    // Bytes and a location in bytes work, though the types do not say so.
    const directory = opendirSync(at as string, { encoding: 'buffer' as BufferEncoding, bufferSize: 1024 });
    try {
      for (let next = directory.readSync(); next !== null; next = directory.readSync()) {
        yield next.name as unknown as Buffer;
      }
    } finally {
      directory.closeSync();
    }
  } catch (error) {
    failed(walk, path, error);
  }
}

/** Shows one entry. Gives a directory that is to be walked. */
function visitEntry(walk: Walk, directory: Directory, raw: string | Buffer): Directory | undefined {
  const name = typeof raw === 'string' ? raw : raw.toString('utf8');
  const path = directory.path === '' ? name : `${directory.path}/${name}`;
  const at = locate(directory.at, raw, name);
  if (walk.leaveOut.size > 0 && typeof at === 'string' && walk.leaveOut.has(at)) return undefined;
  const found = examine(walk, path, at);
  if (found === undefined) return undefined;
  const { status, entry } = found;
  if (walk.kind === 'tree' && status.dev !== walk.device) {
    const message = `${shown(at)} is on another filesystem and was left out`;
    walk.visitor.problem({ code: 'MOUNT_LEFT_OUT', message, path, hint: 'Scan it on its own with dir:PATH.' });
    return undefined;
  }
  walk.entries += 1;
  if (walk.entries > MAX_ENTRIES) {
    const message = `There are more than ${MAX_ENTRIES} files; the rest was left out`;
    walk.visitor.problem({ code: 'DIRECTORY_TOO_MANY_ENTRIES', message, path, hint: 'Scan parts of it on their own.' });
    return undefined;
  }
  if (walk.kind === 'overlay' && status.isCharacterDevice() && status.rdev === 0) {
    walk.visitor.whiteout(path);
    return undefined;
  }
  const want = walk.visitor.entry(entry);
  if (entry.type === 'directory') return { path, at, sizeBytes: status.size };
  if (want !== undefined && entry.type === 'file') {
    readWanted(at, walk.inside, want, (error) => failed(walk, path, error ?? 'it was replaced while it was read'));
  }
  return undefined;
}

function locate(directory: Location, raw: string | Buffer, name: string): Location {
  const plain = typeof raw === 'string' || !name.includes(REPLACEMENT);
  if (plain && typeof directory === 'string') return `${directory}/${name}`;
  return Buffer.concat([Buffer.from(directory), Buffer.from('/'), Buffer.from(raw)]);
}

interface Examined {
  readonly status: Stats;
  readonly entry: LayerEntry;
}

function examine(walk: Walk, path: string, at: Location): Examined | undefined {
  try {
    const status = lstatSync(at, { throwIfNoEntry: false });
    if (status === undefined) return undefined;
    const type = typeOf(status);
    const mode = status.mode & 0o7777;
    const sizeBytes = type === 'file' ? status.size : 0;
    if (type !== 'symlink') return { status, entry: { path, type, mode, sizeBytes } };
    return { status, entry: { path, type, mode, sizeBytes, linkTarget: readlinkSync(at) } };
  } catch (error) {
    failed(walk, path, error);
    return undefined;
  }
}

function typeOf(status: Stats): EntryType {
  if (status.isFile()) return 'file';
  if (status.isDirectory()) return 'directory';
  return status.isSymbolicLink() ? 'symlink' : 'other';
}

function failed(walk: Walk, path: string, error: unknown): void {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return;
  if (walk.kind === 'overlay') throw storageUnreadable(`${walk.inside}${path}`, messageOf(error), error);
  // Nothing was seen then, and nothing is not an answer.
  if (path === '') throw unreadable(walk.inside, error);
  const { code: name, message, hint } = unreadable(path, error);
  walk.visitor.problem({ code: name, message, path, ...(hint === undefined ? {} : { hint }) });
}

function unreadable(path: string, error: unknown): HoldfastError {
  const message = `${JSON.stringify(path.slice(0, 300))} cannot be read: ${messageOf(error)}`;
  return new HoldfastError('FILE_UNREADABLE', message, {
    path,
    hint: 'Run this as a user who may read it (root may), or leave it out.',
    cause: error,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function shown(at: Location): string {
  return JSON.stringify(at.toString('utf8').slice(0, 300));
}
