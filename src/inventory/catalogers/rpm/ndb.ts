import type { Damage } from './damage.ts';

export const NDB_MAGIC = Buffer.from('RpmP', 'latin1');

const HEADER_BYTES = 32;
const SLOT_BYTES = 16;
const BLOCK_BYTES = 16;
const PAGE_BYTES = 4096;
const HEAD_BYTES = 16;
const TAIL_BYTES = 12;
const SLOT_MAGIC = 0x746f_6c53; // Slot
const HEAD_MAGIC = 0x5362_6c42; // BlbS
const TAIL_MAGIC = 0x4562_6c42; // BlbE

/**
 * Header blobs of an rpm database in the format that rpm calls ndb: a header, pages of slots, and blobs in blocks of
 * 16 bytes, all little-endian (rpm, lib/backend/ndb/rpmpkg.c). Each blob's head and tail are compared with its slot;
 * its Adler-32 is not, as rpm itself does not when it reads. Codes: `RPM_NDB_HEADER`, `RPM_NDB_SLOT`, `RPM_NDB_BLOB`.
 */
export function* readNdb(bytes: Buffer, damage: Damage): Generator<Buffer, void, undefined> {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(4) !== 0) {
    damage.report('RPM_NDB_HEADER', 'The header is cut off or of an unknown version');
    return;
  }
  const slotsEnd = bytes.readUInt32LE(12) * PAGE_BYTES;
  if (slotsEnd > bytes.length) {
    damage.report('RPM_NDB_SLOT', `The slots should take ${slotsEnd} bytes, the file has ${bytes.length}`);
  }
  const last = Math.min(slotsEnd, bytes.length) - SLOT_BYTES;
  for (let at = HEADER_BYTES; at <= last && !damage.hopeless(); at += SLOT_BYTES) {
    if (bytes.readUInt32LE(at) !== SLOT_MAGIC) {
      damage.report('RPM_NDB_SLOT', `There is no slot at byte ${at}`);
      continue;
    }
    const offset = bytes.readUInt32LE(at + 8) * BLOCK_BYTES;
    if (offset === 0) continue;
    const id = bytes.readUInt32LE(at + 4);
    const blob = readBlob(bytes, id, offset, bytes.readUInt32LE(at + 12) * BLOCK_BYTES);
    if (blob === undefined || offset < slotsEnd)
      damage.report('RPM_NDB_BLOB', `The header of package ${id} is damaged`);
    else yield blob;
  }
}

function readBlob(bytes: Buffer, id: number, offset: number, length: number): Buffer | undefined {
  if (length < HEAD_BYTES + TAIL_BYTES || offset + length > bytes.length) return undefined;
  if (bytes.readUInt32LE(offset) !== HEAD_MAGIC || bytes.readUInt32LE(offset + 4) !== id) return undefined;
  const blobBytes = bytes.readUInt32LE(offset + 12);
  const blocks = Math.ceil((HEAD_BYTES + blobBytes + TAIL_BYTES) / BLOCK_BYTES);
  const tail = offset + length - TAIL_BYTES;
  if (blocks * BLOCK_BYTES !== length || bytes.readUInt32LE(tail + 4) !== blobBytes) return undefined;
  if (bytes.readUInt32LE(tail + 8) !== TAIL_MAGIC) return undefined;
  return bytes.subarray(offset + HEAD_BYTES, offset + HEAD_BYTES + blobBytes);
}
