import { realpathSync } from 'node:fs';
import { storageUnreadable } from '#base/engine/storage/small-file.ts';
import { type RecordedPiece, readTarSplit } from '#base/engine/storage/tar-split.ts';
import { cleanPath } from '#base/tar/path.ts';
import { walkTar } from '#base/tar/walk.ts';
import type { LayerVisitor, Want } from '#image/layer-visitor.ts';
import { readWanted } from '#image/read-wanted.ts';
import { withWhiteouts } from '#image/whiteouts.ts';

type FilePiece = Extract<RecordedPiece, { kind: 'file' }>;

const EMPTY: Buffer = Buffer.alloc(0);

/**
 * Shows a layer that an engine unpacked to the visitor, in the order and with the words of the archive that it came
 * from: headers come from the engine's record of it, content from the directory, and only where it is wanted. So it
 * cannot be told from the archive itself, and no entry costs a system call.
 * @throws `ENGINE_STORAGE_UNREADABLE` when record and directory do not fit, and what reading a tar throws
 */
export async function readRecordedLayer(directory: string, record: string, visitor: LayerVisitor): Promise<void> {
  const files = layerFiles(directory);
  const pieces = readTarSplit(record);
  try {
    const bytes = passing(pieces, files);
    const walk = walkTar<Want>(withWhiteouts(visitor));
    for (let step = walk.next(); !step.done; ) {
      const value = step.value;
      if (typeof value !== 'number') {
        await bytes.body(value.want, value.sizeBytes);
        step = walk.next(EMPTY);
      } else if (value < 0) {
        const skipping = bytes.skip(-value);
        if (skipping !== undefined) await skipping;
        step = walk.next(EMPTY);
      } else {
        const taken = bytes.take(value);
        step = walk.next(taken instanceof Promise ? await taken : taken);
      }
    }
  } finally {
    await pieces.return(undefined);
  }
}

interface LayerFiles {
  give(piece: FilePiece, want: Want): void;
  misfit(why: string): Error;
}

function layerFiles(directory: string): LayerFiles {
  const misfit = (why: string, cause?: unknown) => storageUnreadable(directory, why, cause);
  let root: string;
  try {
    root = realpathSync(directory);
  } catch (error) {
    throw misfit(String(error), error);
  }
  const give = ({ name, sizeBytes }: FilePiece, want: Want) => {
    const path = cleanPath(name.toString());
    if (path === undefined || path === '') throw misfit(`${JSON.stringify(name.toString())} is no file's name`);
    const at = typeof name === 'string' ? `${root}/${path}` : Buffer.concat([Buffer.from(`${root}/`), name]);
    const failed = (error: unknown = 'it is not what was recorded') => {
      throw misfit(`${JSON.stringify(path)}: ${error instanceof Error ? error.message : String(error)}`, error);
    };
    readWanted(at, `${root}/`, want, failed, sizeBytes);
  };
  return { give, misfit };
}

/** The recorded archive's bytes as they pass by; the content of files is fetched only when it is asked for. */
function passing(source: AsyncIterator<readonly RecordedPiece[]>, files: LayerFiles) {
  let pieces: readonly RecordedPiece[] = [];
  let index = 0;
  let bytes: Buffer = EMPTY;
  /** The file whose content comes next, behind what is left of `bytes`. */
  let file: FilePiece | undefined;

  /** Moves to the next piece when there is nothing left. False at the end, a promise while more is unpacked. */
  const ready = (): boolean | Promise<boolean> => {
    if (bytes.length > 0 || file !== undefined) return true;
    const piece = pieces[index];
    if (piece === undefined) return more();
    index += 1;
    if (piece.kind === 'file') file = piece;
    else bytes = piece.bytes;
    return true;
  };
  const more = async (): Promise<boolean> => {
    const next = await source.next();
    if (next.done === true) return false;
    pieces = next.value;
    index = 0;
    return ready();
  };
  const cut = (length: number): Buffer => {
    const part = bytes.subarray(0, length);
    bytes = bytes.subarray(part.length);
    return part;
  };
  const content = (length: number): Buffer => {
    const piece = file;
    file = undefined;
    // Of a sparse file the archive holds less than the directory does.
    if (piece?.sizeBytes !== length) throw files.misfit('a file has another size in the archive than in the record');
    let whole: Buffer = EMPTY;
    const done = (read: Buffer) => {
      whole = read;
    };
    files.give(piece, { kind: 'whole', limitBytes: length, done, tooLarge: () => undefined });
    return whole;
  };
  const gather = async (length: number): Promise<Buffer> => {
    const parts: Buffer[] = [];
    let have = 0;
    while (have < length && (await ready())) {
      if (bytes.length === 0) {
        if (have > 0) throw files.misfit('a header ends in a file');
        return content(length);
      }
      // A copy: what is unpacked next takes the place of this.
      const part = Buffer.from(cut(length - have));
      parts.push(part);
      have += part.length;
    }
    return parts.length === 1 ? (parts[0] ?? EMPTY) : Buffer.concat(parts, have);
  };
  const skipOn = async (there: Promise<boolean>, left: number): Promise<void> => {
    if (!(await there)) throw files.misfit('the record ends inside a file');
    await skip(left);
  };
  const skip = (length: number): Promise<void> | undefined => {
    let left = length;
    while (left > 0) {
      const there = ready();
      if (there instanceof Promise) return skipOn(there, left);
      if (file === undefined) left -= cut(left).length;
      else {
        if (file.sizeBytes > left) throw files.misfit('a file has another size in the archive than in the record');
        left -= file.sizeBytes;
        file = undefined;
      }
    }
    return undefined;
  };
  return {
    take: (length: number): Buffer | Promise<Buffer> => {
      if (bytes.length === 0 && file === undefined && pieces.length > index) ready();
      return bytes.length >= length ? cut(length) : gather(length);
    },
    skip,
    body: async (want: Want, length: number): Promise<void> => {
      if (length === 0 && want.kind === 'random') want.read(() => EMPTY);
      if (length === 0 || !(await ready())) return;
      const piece = file;
      file = undefined;
      if (piece?.sizeBytes !== length) throw files.misfit('a file has another size in the archive than in the record');
      files.give(piece, want);
    },
  };
}
