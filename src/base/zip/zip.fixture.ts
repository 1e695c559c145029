import { deflateRawSync } from 'node:zlib';
import { crc32 } from '#base/zip/crc32.ts';

export interface MadeEntry {
  readonly name: string;
  readonly bytes: Buffer;
  /** Kept as it is instead of deflated. */
  readonly stored?: boolean;
  /** What the headers say instead of the truth. */
  readonly lies?: {
    readonly sizeBytes?: number;
    readonly crc32?: number;
    readonly method?: number;
    readonly flags?: number;
  };
}

/** An archive as `zip` writes it; with `wide`, sizes and counts stand in ZIP64 records. */
export function makeZip(entries: readonly MadeEntry[], wide = false): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, stored, lies } of entries) {
    const data = stored === true ? bytes : deflateRawSync(bytes);
    const size = lies?.sizeBytes ?? bytes.length;
    const label = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(label.length, 26);
    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(lies?.flags ?? 0, 8);
    header.writeUInt16LE(lies?.method ?? (stored === true ? 0 : 8), 10);
    header.writeUInt32LE(lies?.crc32 ?? crc32(bytes), 16);
    header.writeUInt32LE(wide ? 0xffffffff : data.length, 20);
    header.writeUInt32LE(wide ? 0xffffffff : size, 24);
    header.writeUInt16LE(label.length, 28);
    header.writeUInt16LE(wide ? 28 : 0, 30);
    header.writeUInt32LE(wide ? 0xffffffff : offset, 42);
    const extra = Buffer.alloc(wide ? 28 : 0);
    if (wide) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      extra.writeBigUInt64LE(BigInt(size), 4);
      extra.writeBigUInt64LE(BigInt(data.length), 12);
      extra.writeBigUInt64LE(BigInt(offset), 20);
    }
    locals.push(local, label, data);
    central.push(header, label, extra);
    offset += local.length + label.length + data.length;
  }
  const directory = Buffer.concat(central);
  return Buffer.concat([
    ...locals,
    directory,
    wide ? end64(entries.length, directory.length, offset) : Buffer.alloc(0),
    end(entries.length, directory.length, offset, wide),
  ]);
}

function end64(count: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(76);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(offset + size), 64);
  record.writeUInt32LE(1, 72);
  return record;
}

function end(count: number, size: number, offset: number, wide: boolean): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(wide ? 0xffff : count, 8);
  record.writeUInt16LE(wide ? 0xffff : count, 10);
  record.writeUInt32LE(wide ? 0xffffffff : size, 12);
  record.writeUInt32LE(wide ? 0xffffffff : offset, 16);
  return record;
}
