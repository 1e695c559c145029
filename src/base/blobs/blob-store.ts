import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeAbandoned } from '#base/files/abandoned.ts';
import { makeSyncedDirectory, syncDirectory } from '#base/files/sync-directory.ts';
import { writeError } from '#base/files/writing.ts';
import { type Digest, digestAlgorithm, digestHex, isDigest, parseDigest } from '#core/digest.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

/** What was put. */
export interface StoredBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** Bytes under their SHA-256. What is read was checked against its name; what was put is on disk. */
export interface BlobStore {
  /** Keeps bytes; those that are there already are not written again. @throws `FILE_NOT_WRITTEN` */
  put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<StoredBlob>;
  /** All bytes of a blob. @throws `BLOB_MISSING`, `BLOB_DAMAGED`, `BLOB_TOO_LARGE`, `BLOB_UNREADABLE` */
  get(digest: Digest, limitBytes?: number): Promise<Buffer>;
  /** The bytes as they are read: believe them only when the end came without an error. @throws as `get` */
  stream(digest: Digest): AsyncIterable<Buffer>;
  /** Whether there is a blob of that name; its bytes are not looked at. */
  has(digest: Digest): Promise<boolean>;
  /** Of a blob that is there; its bytes are not looked at. @throws `BLOB_MISSING`, `BLOB_UNREADABLE` */
  sizeBytes(digest: Digest): Promise<number>;
  /** All names, in no order. */
  list(): AsyncIterable<Digest>;
}

const DEFAULT_LIMIT_BYTES = 256 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const ALGORITHM = 'sha256';

function missing(digest: Digest): HoldfastError {
  return new HoldfastError('BLOB_MISSING', `there is no blob ${digest}`);
}

function readError(digest: Digest, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined || error instanceof HoldfastError) return error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return missing(digest);
  return new HoldfastError('BLOB_UNREADABLE', `the blob ${digest} cannot be read: ${code}`, { cause: error });
}

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
}

/**
 * Opens a directory of blobs, `sha256/ab/cdef…`, and makes it where it is missing, for this user only. What writers
 * that were killed left behind is removed a day later.
 * @throws `FILE_NOT_WRITTEN`
 */
export function openBlobStore(directory: string): BlobStore {
  const incoming = join(directory, 'incoming');
  const folderOf = (digest: Digest) => join(directory, digestAlgorithm(digest), digestHex(digest).slice(0, 2));
  const pathOf = (digest: Digest) => join(folderOf(digest), digestHex(digest).slice(2));
  try {
    makeSyncedDirectory(incoming);
    makeSyncedDirectory(join(directory, ALGORITHM));
    removeAbandoned(incoming, '');
  } catch (error) {
    throw writeError(directory, error);
  }

  /** True when the blob is there in its full length. A file that a crash cut short is written again. */
  async function isWhole(digest: Digest, sizeBytes: number): Promise<boolean> {
    const found = await stat(pathOf(digest)).catch(() => undefined);
    return found?.isFile() === true && found.size === sizeBytes;
  }

  async function place(temporary: string, digest: Digest): Promise<void> {
    const folder = folderOf(digest);
    makeSyncedDirectory(folder);
    await rename(temporary, pathOf(digest));
    syncDirectory(folder);
  }

  async function write(content: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
    const temporary = join(incoming, `${randomBytes(8).toString('hex')}.tmp`);
    let file: FileHandle | undefined;
    try {
      file = await open(temporary, 'wx', 0o600);
      const hash = createHash(ALGORITHM);
      let sizeBytes = 0;
      for await (const bytes of content) {
        hash.update(bytes);
        await writeAll(file, bytes);
        sizeBytes += bytes.length;
      }
      const digest = parseDigest(`${ALGORITHM}:${hash.digest('hex')}`);
      await file.sync();
      await file.close();
      file = undefined;
      await place(temporary, digest);
      return { digest, sizeBytes };
    } catch (error) {
      await file?.close().catch(() => undefined);
      await rm(temporary, { force: true }).catch(() => undefined);
      throw writeError(directory, error);
    }
  }

  async function* read(digest: Digest): AsyncIterable<Buffer> {
    let file: FileHandle | undefined;
    try {
      file = await open(pathOf(digest), 'r');
      const hash = createHash(digestAlgorithm(digest));
      for (;;) {
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES);
        if (bytesRead === 0) break;
        const chunk = buffer.subarray(0, bytesRead);
        hash.update(chunk);
        yield chunk;
      }
      if (hash.digest('hex') !== digestHex(digest))
        throw new HoldfastError('BLOB_DAMAGED', `the bytes of the blob ${digest} are not those of its name`, {
          path: pathOf(digest),
          hint: 'Bring it back from a backup.',
        });
    } catch (error) {
      throw readError(digest, error);
    } finally {
      await file?.close();
    }
  }

  return {
    put: async (content) => {
      if (!(content instanceof Uint8Array)) return write(content);
      const digest = parseDigest(`${ALGORITHM}:${createHash(ALGORITHM).update(content).digest('hex')}`);
      if (!(await isWhole(digest, content.length))) return write(oneChunk(content));
      try {
        // Whoever wrote it may not have come that far yet.
        syncDirectory(folderOf(digest));
      } catch (error) {
        throw writeError(directory, error);
      }
      return { digest, sizeBytes: content.length };
    },
    get: async (digest, limitBytes = DEFAULT_LIMIT_BYTES) => {
      const found = await stat(pathOf(digest)).catch((error: unknown) => {
        throw readError(digest, error);
      });
      const tooLarge = () =>
        new HoldfastError('BLOB_TOO_LARGE', `the blob ${digest} has more than ${limitBytes} bytes`);
      if (found.size > limitBytes) throw tooLarge();
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      for await (const chunk of read(digest)) {
        sizeBytes += chunk.length;
        if (sizeBytes > limitBytes) throw tooLarge();
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    },
    stream: read,
    has: async (digest) => (await stat(pathOf(digest)).catch(() => undefined))?.isFile() === true,
    sizeBytes: async (digest) => {
      try {
        return (await stat(pathOf(digest))).size;
      } catch (error) {
        throw readError(digest, error);
      }
    },
    list: async function* () {
      for await (const folder of await opendir(join(directory, ALGORITHM))) {
        if (!folder.isDirectory()) continue;
        for await (const { name } of await opendir(join(directory, ALGORITHM, folder.name))) {
          const digest = `${ALGORITHM}:${folder.name}${name}`;
          if (isDigest(digest)) yield digest;
        }
      }
    },
  };
}
