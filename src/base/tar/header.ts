/** Size of a tar block, header or padding (POSIX.1-2017, pax, "ustar Interchange Format"). */
export const BLOCK = 512;

/** One header block. `size` is of the bytes that follow in the archive. */
export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  readonly sizeBytes: number;
  /** The type flag's character; NUL as such: it is the form from before ustar. */
  readonly type: string;
  readonly linkName: string;
  /** True for GNU's own magic, which gives the prefix field another meaning. */
  readonly gnu: boolean;
}

/** Text up to the first NUL. */
function textField(block: Buffer, start: number, length: number): string {
  let end = start;
  const limit = start + length;
  while (end < limit && block[end] !== 0) end += 1;
  return block.toString('utf8', start, end);
}

/**
 * Octal digits with spaces or NULs around, or GNU's base-256 for what octal cannot hold.
 * Undefined for anything else, for negative numbers, and beyond 2^53.
 */
export function numberField(block: Buffer, start: number, length: number): number | undefined {
  const first = block[start] ?? 0;
  if (first === 0xff) return undefined;
  if ((first & 0x80) !== 0) {
    let value = first & 0x7f;
    for (let i = start + 1; i < start + length; i += 1) value = value * 256 + (block[i] ?? 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  let value = 0;
  let seen = false;
  for (let i = start; i < start + length; i += 1) {
    const byte = block[i] ?? 0;
    if (byte >= 0x30 && byte <= 0x37) {
      value = value * 8 + (byte - 0x30);
      seen = true;
    } else if (byte === 0x20 || byte === 0) {
      if (seen) break;
    } else return undefined;
  }
  return value;
}

/** True for a block of zeros, two of which end an archive. */
export function isZeroBlock(block: Buffer): boolean {
  if (block[0] !== 0) return false;
  for (let i = 1; i < BLOCK; i += 1) if (block[i] !== 0) return false;
  return true;
}

/** The sum of the bytes with the checksum field taken as spaces; some old writers summed signed bytes. */
function checksumHolds(block: Buffer): boolean {
  const stored = numberField(block, 148, 8);
  if (stored === undefined) return false;
  let sum = sumOf(block);
  for (let i = 148; i < 156; i += 1) sum += 0x20 - (block[i] ?? 0);
  return sum === stored || sum - 256 * highBytes(block) === stored;
}

/** Sum of a block's bytes, two at a time in the halves of a number: 128 words cannot carry from one half to the other. */
function sumOf(block: Buffer): number {
  const words = new DataView(block.buffer, block.byteOffset, BLOCK);
  let halves = 0;
  for (let at = 0; at < BLOCK; at += 4) {
    const word = words.getUint32(at);
    halves += (word & 0xff00ff) + ((word >>> 8) & 0xff00ff);
  }
  return (halves & 0xffff) + (halves >>> 16);
}

/** Bytes outside the checksum field that are negative when signed. */
function highBytes(block: Buffer): number {
  let high = 0;
  for (let i = 0; i < BLOCK; i += 1) if (i < 148 || i >= 156) high += (block[i] ?? 0) >> 7;
  return high;
}

/**
 * GNU has two times where ustar has the prefix. Docker before 2017 wrote GNU's magic over ustar's prefix (Go issue 12594):
 * what is no time and plain text is read as a prefix, as Go does.
 */
function prefixInsteadOfTimes(block: Buffer): boolean {
  const isTime = (start: number) => {
    const first = block[start] ?? 0;
    return first === 0 || (first & 0x80) !== 0 || numberField(block, start, 12) !== undefined;
  };
  if (isTime(345) && isTime(357)) return false;
  for (let at = 345; at < 500 && block[at] !== 0; at += 1) if ((block[at] ?? 0) >= 0x80) return false;
  return true;
}

/** Undefined when the block is no tar header: its checksum does not hold or a number is none. */
export function parseHeader(block: Buffer): TarHeader | undefined {
  if (!checksumHolds(block)) return undefined;
  const sizeBytes = numberField(block, 124, 12);
  const mode = numberField(block, 100, 8);
  if (sizeBytes === undefined || mode === undefined) return undefined;
  const flag = block[156] ?? 0;
  const ustar = block.toString('latin1', 257, 262) === 'ustar';
  const gnu = ustar && block[262] === 0x20;
  let name = textField(block, 0, 100);
  if (ustar && (!gnu || prefixInsteadOfTimes(block))) {
    const prefix = textField(block, 345, 155);
    if (prefix !== '') name = `${prefix}/${name}`;
  }
  return {
    name,
    mode,
    sizeBytes,
    type: String.fromCharCode(flag),
    linkName: block[157] === 0 ? '' : textField(block, 157, 100),
    gnu,
  };
}
