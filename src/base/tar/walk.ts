import { type Described, describeEntry, type OldSparse, type Sparse } from '#base/tar/describe-entry.ts';
import type { NestedWant, TarVisitor, Want } from '#base/tar/entry.ts';
import { type Extensions, extend, isExtension, noExtensions } from '#base/tar/extensions.ts';
import { BLOCK, isZeroBlock, numberField, parseHeader, type TarHeader } from '#base/tar/header.ts';
import * as problems from '#base/tar/problems.ts';
import { expandSparse, headedPieces, MAX_PIECES, oldPieces, type SparsePiece } from '#base/tar/sparse.ts';

/**
 * What the walk asks of whoever feeds it: a positive number asks for that many bytes (answered with fewer only at the
 * end), a negative one skips as many, an object hands a body to the one who wants it.
 */
export type TarStep<W> = number | { readonly want: W; readonly sizeBytes: number };

/** A name or a header's extension longer than this is an attack. */
const MAX_EXTENSION_BYTES = 1024 * 1024;
const MAX_ENTRIES = 5_000_000;
/** Sparse files beyond this are not put together, and not more than this of one archive: holes cost a sender nothing. */
const MAX_SPARSE_BYTES = 64 * 1024 * 1024;
const MAX_SPARSE_TOTAL_BYTES = 256 * 1024 * 1024;

interface Walked<W extends Want | NestedWant> {
  readonly visitor: TarVisitor<W>;
  /** Bytes of sparse files that may still be put together. */
  sparseLeft: number;
}

/** Gives the bytes consumed after the header block; undefined when the archive ends early. */
type EntryWalk<W> = Generator<TarStep<W>, number | undefined, Buffer>;

const EMPTY = Buffer.alloc(0);

/**
 * Walks a tar (POSIX pax and ustar, GNU) and shows each entry to the visitor. Written once for every way of reading:
 * a driver answers its steps, by seeking in a file or from bytes that pass by.
 * A damaged archive is a problem, and the walk ends there; nothing is thrown but for what is no tar at all.
 * @throws `TAR_NOT_AN_ARCHIVE` when the first block is no header.
 */
export function* walkTar<W extends Want | NestedWant>(
  visitor: TarVisitor<W>,
  maxEntries = MAX_ENTRIES,
): Generator<TarStep<W>, void, Buffer> {
  const walked: Walked<W> = { visitor, sparseLeft: MAX_SPARSE_TOTAL_BYTES };
  let extensions = noExtensions();
  let extended = false;
  let at = 0;
  let zeros = 0;
  for (let entries = 0; ; ) {
    const block: Buffer = yield BLOCK;
    if (block.length < BLOCK) {
      if (entries === 0 && zeros === 0) throw problems.notAnArchive();
      // Some writers leave out the blocks of zeros: an archive may end behind any entry, but not inside a block.
      if (block.length > 0 || extended) visitor.problem(problems.truncated('a header', at));
      return;
    }
    at += BLOCK;
    if (isZeroBlock(block)) {
      zeros += 1;
      if (zeros === 2) return;
      continue;
    }
    const header = parseHeader(block);
    if (header === undefined || zeros > 0) {
      if (entries === 0) throw problems.notAnArchive();
      return visitor.problem(problems.invalid(`The block at byte ${at - BLOCK} is no tar header`));
    }
    entries += 1;
    if (entries > maxEntries) return visitor.problem(problems.tooManyEntries(maxEntries));
    extended = isExtension(header);
    const consumed: number | undefined = extended
      ? yield* walkExtension(visitor, header, extensions, at)
      : yield* walkEntry(walked, header, block, extensions, at);
    if (consumed === undefined) return;
    at += consumed;
    if (!extended) extensions = noExtensions();
  }
}

function* walkExtension<W extends Want | NestedWant>(
  visitor: TarVisitor<W>,
  header: TarHeader,
  extensions: Extensions,
  at: number,
): EntryWalk<W> {
  if (header.sizeBytes > MAX_EXTENSION_BYTES) {
    visitor.problem(problems.invalid(`A header extension of ${header.sizeBytes} bytes`));
    return undefined;
  }
  const padded = padding(header.sizeBytes);
  const bytes: Buffer = padded === 0 ? EMPTY : yield padded;
  if (bytes.length < header.sizeBytes) {
    visitor.problem(problems.truncated('a header extension', at));
    return undefined;
  }
  const held = extend(header, bytes.subarray(0, header.sizeBytes), extensions);
  if (!held) visitor.problem(problems.paxInvalid(header.name));
  return padded;
}

function* walkEntry<W extends Want | NestedWant>(
  walked: Walked<W>,
  header: TarHeader,
  block: Buffer,
  extensions: Extensions,
  at: number,
): EntryWalk<W> {
  const { visitor } = walked;
  let old: OldSparse | undefined;
  let extra = 0;
  if (header.type === 'S') {
    const read = yield* readOldSparse(block);
    if (read === 'cut') {
      visitor.problem(problems.truncated(header.name, at));
      return undefined;
    }
    old = read;
    extra = read.extraBytes;
  }
  const described = describeEntry(header, extensions, old);
  const { entry, bodyBytes, sparse } = described;
  const padded = padding(bodyBytes);
  if (!described.sizeHolds) visitor.problem(problems.paxInvalid(described.name));
  if (entry === undefined) visitor.problem(problems.pathRefused(described.name));
  else if (sparse.kind === 'bad') visitor.problem(problems.sparseInvalid(entry.path));
  const want = entry === undefined ? undefined : visitor.entry(entry, at + extra);
  if (entry === undefined || entry.type !== 'file' || sparse.kind === 'bad' || want === undefined) {
    yield* pass(bodyBytes);
    return extra + padded;
  }
  const whole = sparse.kind !== 'no' || want.kind === 'whole';
  if (!whole) yield { want, sizeBytes: bodyBytes };
  else if (refused(walked, described, want)) {
    yield* pass(bodyBytes);
    return extra + padded;
  } else {
    const bytes: Buffer = bodyBytes === 0 ? EMPTY : yield bodyBytes;
    if (bytes.length < bodyBytes) {
      visitor.problem(problems.truncated(entry.path, at));
      return undefined;
    }
    const body = sparse.kind === 'no' ? bytes : unsparse(bytes, sparse, entry.sizeBytes);
    if (body === undefined) visitor.problem(problems.sparseInvalid(entry.path));
    else if (want.kind === 'whole') want.done(body);
    else if (want.kind === 'random') want.read((offset, length) => body.subarray(offset, offset + length));
  }
  if (padded > bodyBytes) yield padded - bodyBytes;
  return extra + padded;
}

/** Skips a body. Padding is asked for, not skipped: some writers leave it out behind the last file, which is no damage. */
function* pass(bodyBytes: number): Generator<number, void, Buffer> {
  if (bodyBytes === 0) return;
  yield -bodyBytes;
  const padded = padding(bodyBytes);
  if (padded > bodyBytes) yield padded - bodyBytes;
}

function padding(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK) * BLOCK;
}

/** True when a file is not to be held in memory, which is then said. */
function refused<W extends Want | NestedWant>(walked: Walked<W>, described: Described, want: W): boolean {
  const { entry, bodyBytes, sparse } = described;
  if (entry === undefined) return true;
  if (want.kind === 'whole' && Math.max(entry.sizeBytes, bodyBytes) > want.limitBytes) {
    want.tooLarge();
    return true;
  }
  if (sparse.kind === 'no') return false;
  const limit = Math.min(MAX_SPARSE_BYTES, walked.sparseLeft);
  if (entry.sizeBytes > limit || bodyBytes > MAX_SPARSE_BYTES || want.kind === 'nested') {
    walked.visitor.problem(problems.sparseTooLarge(entry.path, entry.sizeBytes));
    return true;
  }
  walked.sparseLeft -= entry.sizeBytes;
  return false;
}

function unsparse(bytes: Buffer, sparse: Sparse, realSizeBytes: number): Buffer | undefined {
  if (sparse.kind === 'pieces') return expandSparse(bytes, sparse.pieces, realSizeBytes);
  const head = headedPieces(bytes);
  return head && expandSparse(bytes.subarray(head.headBytes), head.pieces, realSizeBytes);
}

/** The old GNU format: pieces in the header, and in extension blocks behind it as long as each says that more follow. */
function* readOldSparse(block: Buffer): Generator<number, (OldSparse & { extraBytes: number }) | 'cut', Buffer> {
  let pieces: SparsePiece[] | undefined = oldPieces(block, 386, 4);
  const realSizeBytes = numberField(block, 483, 12) ?? 0;
  let extraBytes = 0;
  for (let more = block[482] === 1; more; ) {
    const extension: Buffer = yield BLOCK;
    if (extension.length < BLOCK) return 'cut';
    extraBytes += BLOCK;
    const next = oldPieces(extension, 0, 21);
    if (pieces !== undefined && next !== undefined && pieces.length <= MAX_PIECES) pieces.push(...next);
    else pieces = undefined;
    more = extension[504] === 1;
  }
  return { pieces, realSizeBytes, extraBytes };
}
