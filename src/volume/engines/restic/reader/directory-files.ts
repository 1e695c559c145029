import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError, systemCode } from '#core/errors.ts';
import {
  isResticId,
  MAX_READ_BYTES,
  type ResticFile,
  type ResticFileKind,
  type ResticFiles,
} from '#volume/engines/restic/reader/files.ts';

const FOLDERS = { key: 'keys', index: 'index', snapshot: 'snapshots', pack: 'data' } as const;
const PREFIX = /^[0-9a-f]{2}$/;

/** A repository in a directory, in restic's default layout: packs lie in `data/` under the first two digits of their name. */
export function directoryFiles(root: string): ResticFiles {
  return {
    list: async function* (kind) {
      const folder = join(root, FOLDERS[kind]);
      if (kind !== 'pack') {
        yield* filesIn(folder);
        return;
      }
      for await (const prefix of namesIn(folder)) {
        if (!PREFIX.test(prefix)) continue;
        for await (const file of filesIn(join(folder, prefix))) if (file.name.startsWith(prefix)) yield file;
      }
    },
    read: async (kind, name, offsetBytes = 0, lengthBytes) => {
      const path = pathOf(root, kind, name);
      let handle: FileHandle | undefined;
      try {
        // Something that is no file, a pipe for example, must not be waited for.
        handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
        return await readRange(handle, path, offsetBytes, lengthBytes);
      } catch (error) {
        throw readError(error, path);
      } finally {
        await handle?.close();
      }
    },
  };
}

/** Reads a whole pack into memory that is as large as it should be. False when it is not, or cannot be read. */
export function readInto(root: string, pack: string, bytes: Buffer): boolean {
  let fd: number | undefined;
  try {
    fd = openSync(pathOf(root, 'pack', pack), constants.O_RDONLY | constants.O_NONBLOCK);
    const facts = fstatSync(fd);
    if (!facts.isFile() || facts.size !== bytes.length) return false;
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(fd, bytes, done, bytes.length - done, done);
      if (count === 0) return false;
      done += count;
    }
    return true;
  } catch {
    return false;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function pathOf(root: string, kind: ResticFileKind, name: string): string {
  if (kind === 'config') return join(root, 'config');
  if (!isResticId(name)) throw new HoldfastError('RESTIC_FILE_MISSING', `"${name}" is no name of a repository's file`);
  return kind === 'pack' ? join(root, 'data', name.slice(0, 2), name) : join(root, FOLDERS[kind], name);
}

async function* namesIn(folder: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(folder)) yield entry.name;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw readError(error, folder);
  }
}

/** What has another name is no file of the repository: restic's unfinished uploads, for example. */
async function* filesIn(folder: string): AsyncGenerator<ResticFile> {
  for await (const name of namesIn(folder)) {
    if (!isResticId(name)) continue;
    const path = join(folder, name);
    try {
      yield { name, sizeBytes: (await stat(path)).size };
    } catch (error) {
      // Gone meanwhile, or a link to nothing.
      if (systemCode(error) !== 'ENOENT') throw readError(error, path);
    }
  }
}

async function readRange(
  handle: FileHandle,
  path: string,
  offset: number,
  length: number | undefined,
): Promise<Buffer> {
  const facts = await handle.stat();
  if (!facts.isFile()) throw new HoldfastError('RESTIC_FILE_UNREADABLE', `${path} is not a file`, { path });
  const wanted = length ?? facts.size - offset;
  if (wanted > MAX_READ_BYTES) {
    const message = `${path} has ${wanted} bytes, more than ${MAX_READ_BYTES}`;
    throw new HoldfastError('RESTIC_FILE_TOO_LARGE', message, { path });
  }
  if (wanted < 0 || offset + wanted > facts.size) throw truncated(path, offset + wanted, facts.size);
  const bytes = Buffer.allocUnsafeSlow(wanted);
  for (let done = 0; done < wanted; ) {
    const { bytesRead } = await handle.read(bytes, done, wanted - done, offset + done);
    if (bytesRead === 0) throw truncated(path, offset + wanted, offset + done);
    done += bytesRead;
  }
  return bytes;
}

function truncated(path: string, wanted: number, has: number): HoldfastError {
  const message = `${path} ends at byte ${has}, before byte ${wanted}`;
  return new HoldfastError('RESTIC_FILE_TRUNCATED', message, { path });
}

function readError(error: unknown, path: string): unknown {
  if (error instanceof HoldfastError) return error;
  const code = systemCode(error);
  const details = { path, cause: error };
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new HoldfastError('RESTIC_FILE_MISSING', `${path} is missing`, details);
  }
  return new HoldfastError('RESTIC_FILE_UNREADABLE', `${path} cannot be read (${code ?? String(error)})`, details);
}
