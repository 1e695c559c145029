import type { EntryType, NestedWant, TarEntry, TarVisitor, Want } from '#base/tar/entry.ts';
import { BLOCK, isZeroBlock, parseHeader, type TarHeader } from '#base/tar/header.ts';
import { cleanPath } from '#base/tar/path.ts';
import { type PaxRecords, parsePax, paxNumber } from '#base/tar/pax.ts';
import { expandSparse, headedPieces, MAX_PIECES, mapPieces, oldPieces, type SparsePiece } from '#base/tar/sparse.ts';
import { HoldfastError } from '#core/errors.ts';

/**
 * What the walk asks of whoever feeds it: a positive number asks for that many bytes (answered with fewer only at the
 * end), a negative one skips as many, an object hands a body to the one who wants it.
 */
export type TarStep<W> = number | { readonly want: W; readonly sizeBytes: number };

/** A name or a header's extension longer than this is an attack. */
const MAX_EXTENSION_BYTES = 1024 * 1024;
const MAX_ENTRIES = 5_000_000;

interface Pending {
  readonly local: PaxRecords;
  longName: string | undefined;
  longLink: string | undefined;
}

type Walk<W> = Generator<TarStep<W>, void, Buffer>;

const EMPTY = Buffer.alloc(0);

/**
 * Walks a tar (POSIX pax and ustar, GNU) and shows each entry to the visitor. Written once for every way of reading:
 * a driver answers its steps, by seeking in a file or from bytes that pass by.
 * A damaged archive is a problem, and the walk ends there; nothing is thrown but for what is no tar at all.
 * @throws `TAR_NOT_AN_ARCHIVE` when the first block is no header.
 */
export function* walkTar<W extends Want | NestedWant>(visitor: TarVisitor<W>): Walk<W> {
  const global: PaxRecords = new Map();
  const pending: Pending = { local: new Map(), longName: undefined, longLink: undefined };
  let at = 0;
  let zeros = 0;
  for (let entries = 0; ; ) {
    const block: Buffer = yield BLOCK;
    at += BLOCK;
    if (block.length < BLOCK) {
      if (entries === 0 && zeros === 0) throw notAnArchive();
      // Some writers leave out the blocks of zeros: an archive may end behind any entry, but not inside a block.
      if (block.length > 0) visitor.problem(truncated('a header', at - BLOCK));
      return;
    }
    if (isZeroBlock(block)) {
      zeros += 1;
      if (zeros === 2) return;
      continue;
    }
    const header = parseHeader(block);
    if (header === undefined || zeros > 0) {
      if (entries === 0) throw notAnArchive();
      visitor.problem({ code: 'TAR_INVALID', message: `The block at byte ${at - BLOCK} is no tar header`, hint: HINT });
      return;
    }
    entries += 1;
    if (entries > MAX_ENTRIES) {
      visitor.problem({ code: 'TAR_TOO_MANY_ENTRIES', message: `More than ${MAX_ENTRIES} entries`, hint: HINT });
      return;
    }
    const padded = Math.ceil(header.sizeBytes / BLOCK) * BLOCK;
    if ('xgLK'.includes(header.type)) {
      if (header.sizeBytes > MAX_EXTENSION_BYTES) {
        visitor.problem({
          code: 'TAR_INVALID',
          message: `A header extension of ${header.sizeBytes} bytes`,
          hint: HINT,
        });
        return;
      }
      const bytes: Buffer = padded === 0 ? EMPTY : yield padded;
      if (bytes.length < header.sizeBytes) {
        visitor.problem(truncated('a header extension', at));
        return;
      }
      const held = extend(header, bytes.subarray(0, header.sizeBytes), global, pending);
      if (!held) visitor.problem({ code: 'TAR_PAX_INVALID', message: 'A pax record is malformed', path: header.name });
      at += padded;
      continue;
    }
    const consumed = yield* walkEntry(visitor, header, block, global, pending, at);
    if (consumed === undefined) return;
    at += consumed;
    pending.local.clear();
    pending.longName = undefined;
    pending.longLink = undefined;
  }
}

/** Remembers what an extension header says of the entry after it. False when it is malformed. */
function extend(header: TarHeader, bytes: Buffer, global: PaxRecords, pending: Pending): boolean {
  if (header.type === 'x') return parsePax(bytes, pending.local);
  if (header.type === 'g') return parsePax(bytes, global);
  const zero = bytes.indexOf(0);
  const text = bytes.toString('utf8', 0, zero < 0 ? bytes.length : zero);
  if (header.type === 'L') pending.longName = text;
  else pending.longLink = text;
  return true;
}

/** One entry and its body. Gives the bytes consumed after the header block, undefined when the archive ends early. */
function* walkEntry<W extends Want | NestedWant>(
  visitor: TarVisitor<W>,
  header: TarHeader,
  block: Buffer,
  global: PaxRecords,
  pending: Pending,
  at: number,
): Generator<TarStep<W>, number | undefined, Buffer> {
  const extended = pending.local.size > 0 || global.size > 0;
  const record = (key: string): string | undefined =>
    extended ? (pending.local.get(key) ?? global.get(key)) : undefined;
  const stored = (extended ? paxNumber(pending.local, 'size') : undefined) ?? header.sizeBytes;
  const type = entryType(header);
  const bodyBytes = header.type === '1' || header.type === '2' || header.type === '5' ? 0 : stored;
  const padded = Math.ceil(bodyBytes / BLOCK) * BLOCK;
  const name = record('GNU.sparse.name') ?? record('path') ?? pending.longName ?? header.name;
  const path = cleanPath(name);

  let pieces: SparsePiece[] | undefined;
  let realSizeBytes = bodyBytes;
  let extra = 0;
  let sparse: 'no' | 'pieces' | 'headed' | 'bad' = 'no';
  if (header.type === 'S') {
    const old = yield* oldSparse(block);
    if (old === 'cut') {
      visitor.problem(truncated(name, at));
      return undefined;
    }
    extra = old.extra;
    pieces = old.pieces;
    realSizeBytes = old.realSizeBytes;
    sparse = pieces === undefined ? 'bad' : 'pieces';
  } else if (extended && pending.local.has('GNU.sparse.realsize')) {
    realSizeBytes = paxNumber(pending.local, 'GNU.sparse.realsize') ?? bodyBytes;
    sparse = 'headed';
  } else if (extended && pending.local.has('GNU.sparse.map')) {
    realSizeBytes = paxNumber(pending.local, 'GNU.sparse.size') ?? bodyBytes;
    pieces = mapPieces(pending.local.get('GNU.sparse.map') ?? '');
    sparse = pieces === undefined ? 'bad' : 'pieces';
  }
  if (path === undefined || sparse === 'bad') {
    const problem =
      path === undefined
        ? { code: 'TAR_PATH_REFUSED', message: `An entry's name leaves the root or is too long: ${shown(name)}` }
        : { code: 'TAR_SPARSE_INVALID', message: 'The map of a sparse file is malformed', path };
    visitor.problem(problem);
    yield* pass(bodyBytes, padded);
    return extra + padded;
  }

  const link = record('linkpath') ?? pending.longLink ?? header.linkName;
  const linkTarget = type === 'hardlink' ? cleanPath(link) : link;
  const entry: TarEntry = {
    path,
    type,
    mode: header.mode & 0o7777,
    sizeBytes: type === 'file' ? realSizeBytes : 0,
    ...((type === 'symlink' || type === 'hardlink') && linkTarget !== undefined ? { linkTarget } : {}),
  };
  const want = visitor.entry(entry, at + extra);
  if (want === undefined || type !== 'file') {
    yield* pass(bodyBytes, padded);
    return extra + padded;
  }
  if (sparse === 'no' && want.kind !== 'whole') {
    yield { want, sizeBytes: bodyBytes };
    if (padded > bodyBytes) yield padded - bodyBytes;
    return extra + padded;
  }
  const limit = want.kind === 'whole' ? want.limitBytes : MAX_SPARSE_BYTES;
  if (realSizeBytes > limit || bodyBytes > limit) {
    if (want.kind === 'whole') want.tooLarge();
    else visitor.problem({ code: 'TAR_SPARSE_TOO_LARGE', message: `A sparse file of ${realSizeBytes} bytes`, path });
    yield* pass(bodyBytes, padded);
    return extra + padded;
  }
  let bytes: Buffer = bodyBytes === 0 ? EMPTY : yield bodyBytes;
  if (bytes.length < bodyBytes) {
    visitor.problem(truncated(path, at));
    return undefined;
  }
  if (sparse !== 'no') {
    const whole = unsparse(bytes, sparse, pieces, realSizeBytes);
    if (whole === undefined) {
      visitor.problem({ code: 'TAR_SPARSE_INVALID', message: 'The map of a sparse file is malformed', path });
      if (padded > bodyBytes) yield padded - bodyBytes;
      return extra + padded;
    }
    bytes = whole;
  }
  if (want.kind === 'whole') want.done(bytes);
  else if (want.kind === 'random') want.read((offset, length) => bytes.subarray(offset, offset + length));
  if (padded > bodyBytes) yield padded - bodyBytes;
  return extra + padded;
}

/** Skips a body. Padding is asked for, not skipped: some writers leave it out behind the last file, which is no damage. */
function* pass(bodyBytes: number, padded: number): Generator<number, void, Buffer> {
  if (bodyBytes > 0) yield -bodyBytes;
  if (padded > bodyBytes) yield padded - bodyBytes;
}

/** Sparse files beyond this are not put together. */
const MAX_SPARSE_BYTES = 64 * 1024 * 1024;

function unsparse(
  bytes: Buffer,
  sparse: 'pieces' | 'headed' | 'bad',
  pieces: readonly SparsePiece[] | undefined,
  realSizeBytes: number,
): Buffer | undefined {
  if (sparse === 'pieces' && pieces !== undefined) return expandSparse(bytes, pieces, realSizeBytes);
  const head = headedPieces(bytes);
  return head && expandSparse(bytes.subarray(head.headBytes), head.pieces, realSizeBytes);
}

interface OldSparse {
  readonly pieces: SparsePiece[] | undefined;
  readonly realSizeBytes: number;
  readonly extra: number;
}

/** The old GNU format: pieces in the header, and in extension blocks behind it as long as each says that more follow. */
function* oldSparse(block: Buffer): Generator<number, OldSparse | 'cut', Buffer> {
  const pieces = oldPieces(block, 386, 4);
  let size = 0;
  for (let i = 483; i < 495; i += 1) {
    const digit = (block[i] ?? 0) - 0x30;
    if (digit >= 0 && digit <= 7) size = size * 8 + digit;
  }
  let extra = 0;
  for (let more = block[482] === 1; more; ) {
    const extension: Buffer = yield BLOCK;
    if (extension.length < BLOCK) return 'cut';
    extra += BLOCK;
    const next = oldPieces(extension, 0, 21);
    if (pieces === undefined || next === undefined || pieces.length > MAX_PIECES) {
      return { pieces: undefined, realSizeBytes: 0, extra };
    }
    pieces.push(...next);
    more = extension[504] === 1;
  }
  return { pieces, realSizeBytes: size, extra };
}

function entryType(header: TarHeader): EntryType {
  switch (header.type) {
    case '0':
      // Before ustar a directory was a file whose name ends in a slash.
      return header.name.endsWith('/') ? 'directory' : 'file';
    case '7':
    case 'S':
      return 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '5':
      return 'directory';
    default:
      return 'other';
  }
}

const HINT = 'The archive is damaged or was cut off. Make or fetch it again.';

function truncated(what: string, at: number) {
  return { code: 'TAR_TRUNCATED', message: `The archive ends inside ${shown(what)} (byte ${at})`, hint: HINT };
}

function shown(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
}

function notAnArchive(): HoldfastError {
  return new HoldfastError('TAR_NOT_AN_ARCHIVE', 'This is no tar archive: its first block is no header', {
    hint: 'An image archive comes from docker save, skopeo copy or podman save; a layer is a tar, plain or compressed.',
  });
}
