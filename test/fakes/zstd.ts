/** What a test puts into a zstd frame: bytes as they are, or one byte many times over. */
export type ZstdBlock = Buffer | { readonly byte: number; readonly times: number };

const MAX_BLOCK = 128 * 1024;

/** A frame of raw and run-length blocks (RFC 8878, section 3.1.1), without a checksum; its window is 1 MiB. */
export function zstdFrame(...blocks: readonly ZstdBlock[]): Buffer {
  const cut = blocks.flatMap(cutBlock);
  if (cut.length === 0) cut.push(Buffer.alloc(0));
  const body = cut.map((block, index) => blockOf(block, index === cut.length - 1));
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50]), ...body]);
}

/** A frame that decoders skip. */
export function skippableFrame(bytes: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a53, 0);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

function cutBlock(block: ZstdBlock): ZstdBlock[] {
  const parts: ZstdBlock[] = [];
  if (Buffer.isBuffer(block)) {
    for (let at = 0; at < block.length; at += MAX_BLOCK) parts.push(block.subarray(at, at + MAX_BLOCK));
  } else {
    for (let left = block.times; left > 0; left -= MAX_BLOCK)
      parts.push({ byte: block.byte, times: Math.min(left, MAX_BLOCK) });
  }
  return parts;
}

function blockOf(block: ZstdBlock, last: boolean): Buffer {
  const raw = Buffer.isBuffer(block);
  const head = Buffer.alloc(3);
  head.writeUIntLE((last ? 1 : 0) + (raw ? 0 : 2) + (raw ? block.length : block.times) * 8, 0, 3);
  return Buffer.concat([head, raw ? block : Buffer.from([block.byte])]);
}
