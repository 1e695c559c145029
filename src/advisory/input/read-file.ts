import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import type { HeldBytes } from '#advisory/input/held-bytes.ts';
import type { Intake } from '#advisory/input/intake.ts';
import { createTextReader } from '#advisory/input/text-reader.ts';
import { DEFAULT_DECOMPRESS_LIMITS, decompress } from '#base/compress/decompress.ts';
import { detectCompression, MAGIC_BYTES } from '#base/compress/detect.ts';
import { readExactly } from '#base/files/read-exactly.ts';
import { readZipDirectory, type ZipLimits } from '#base/zip/directory.ts';
import { readZipEntry } from '#base/zip/entry.ts';
import { HoldfastError } from '#core/errors.ts';

const ZIP_LIMITS: ZipLimits = {
  entries: 2_000_000,
  directoryBytes: 128 * 1024 * 1024,
  entryBytes: 128 * 1024 * 1024,
  totalBytes: 64 * 1024 ** 3,
};
const SMALL_FILE_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

function isZip(head: Buffer): boolean {
  const word = head.length < 4 ? 0 : head.readUInt32LE(0);
  return word === 0x04034b50 || word === 0x06054b50;
}

/**
 * What cannot be unpacked is not passed over: damage that left some records whole would otherwise look like an export
 * without the others.
 */
function notWhole(error: HoldfastError): HoldfastError {
  return new HoldfastError(error.code, `The ZIP archive is not whole: ${error.message}`, {
    hint: 'It was damaged on its way, or packed in a way that is not read. Fetch or pack it again.',
    cause: error,
  });
}

async function readZip(fd: number, fileBytes: number, intake: Intake, held: HeldBytes): Promise<void> {
  const read = (offset: number, length: number) => readExactly(fd, offset, length);
  for (const entry of readZipDirectory(read, fileBytes, ZIP_LIMITS)) {
    if (entry.name.endsWith('/')) continue;
    try {
      const reader = createTextReader(intake, held);
      const bytes = readZipEntry(read, fileBytes, entry, ZIP_LIMITS);
      if (Buffer.isBuffer(bytes)) reader.push(bytes);
      else for await (const piece of bytes) reader.push(piece);
      reader.end();
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code === 'FILE_NOT_WRITTEN') throw error;
      if (error.code === 'ZIP_ENTRY_INVALID') throw notWhole(error);
      // What an unpacked entry says is the record's own matter.
      intake.invalid(`The entry ${JSON.stringify(entry.name.slice(0, 100))} was left out: ${error.message}`);
    }
  }
}

/** `zstd -19` and everything below it need 8 MiB. */
const LIMITS = { ...DEFAULT_DECOMPRESS_LIMITS, windowBytes: 32 * 1024 * 1024 };

async function readStream(path: string, head: Buffer, intake: Intake, held: HeldBytes): Promise<void> {
  const compression = detectCompression(head);
  if (compression === 'xz' || compression === 'bzip2') {
    throw new HoldfastError('ADVISORY_INPUT_UNREADABLE', `It is compressed with ${compression}`, {
      hint: 'Decompress it, or compress it with gzip or zstd.',
    });
  }
  const reader = createTextReader(intake, held);
  const chunks = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  for await (const chunk of decompress(chunks, compression, LIMITS)) {
    reader.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  reader.end();
}

/**
 * Reads one file, whatever its name: a ZIP archive of texts, or a text that may be compressed with gzip or zstd.
 * @throws `ZIP_CORRUPT`, `ZIP_LIMIT`, `ZIP_ENTRY_INVALID`, `GZIP_CORRUPT`, `ZSTD_CORRUPT`, `DECOMPRESS_LIMIT`, `ADVISORY_INPUT_UNREADABLE`,
 * `ADVISORY_INPUT_LIMIT`
 */
export async function readInputFile(path: string, intake: Intake, held: HeldBytes): Promise<void> {
  const fd = openSync(path, 'r');
  let head: Buffer = Buffer.alloc(MAGIC_BYTES);
  try {
    const { size } = fstatSync(fd);
    head = head.subarray(0, readSync(fd, head, 0, MAGIC_BYTES, 0));
    if (isZip(head)) {
      await readZip(fd, size, intake, held);
      return;
    }
    if (size <= SMALL_FILE_BYTES && detectCompression(head) === 'none') {
      const reader = createTextReader(intake, held);
      reader.push(readExactly(fd, 0, size));
      reader.end();
      return;
    }
  } finally {
    closeSync(fd);
  }
  await readStream(path, head, intake, held);
}
