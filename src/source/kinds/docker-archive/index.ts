import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { detectCompression, MAGIC_BYTES } from '#base/compress/detect.ts';
import { fileChunks } from '#base/files/file-chunks.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import type { Image } from '#image/image.ts';
import { archiveFiles } from '#source/archive/blob-files.ts';
import { openLayout } from '#source/archive/open-layout.ts';
import { openArchiveStream } from '#source/archive/open-stream.ts';
import type { ImageChoice } from '#source/archive/selected-image.ts';

/** A pipe is no archive that could be read twice: opened so, it does not wait for a writer. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * A file from docker save, podman save or skopeo copy, in Docker's or the OCI layout's form; plain, gzip or zstd.
 * A plain one is read by seeking.
 * @throws `FILE_UNREADABLE`, and for a plain one what {@link archiveFiles} throws
 */
export function openArchive(file: string, kind: 'docker-archive' | 'oci-archive', choice: ImageChoice): Image {
  const about = { kind, reference: file };
  const prefer = kind === 'docker-archive' ? 'docker' : 'oci';
  const compression = withFile(file, (fd) => {
    const head = Buffer.alloc(MAGIC_BYTES);
    return detectCompression(head.subarray(0, readSync(fd, head)));
  });
  if (compression === 'none') return openLayout(archiveFiles(file), about, choice, prefer);
  return openArchiveStream(async () => chunksOf(file), about, choice, prefer);
}

async function* chunksOf(file: string): AsyncGenerator<Buffer> {
  const fd = openFile(file);
  try {
    yield* fileChunks(fd, 0, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}

function withFile<T>(file: string, work: (fd: number) => T): T {
  const fd = openFile(file);
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}

function openFile(file: string): number {
  let fd: number;
  try {
    fd = openSync(file, FLAGS);
  } catch (cause) {
    const code = systemCode(cause);
    const absent = code === 'ENOENT' || code === 'ENOTDIR';
    throw new HoldfastError('FILE_UNREADABLE', `${file} cannot be read (${code ?? 'unknown error'})`, {
      path: file,
      kind: absent ? 'usage' : 'failed',
      hint: absent ? 'There is no such file.' : 'Is it a file that this user may read?',
      cause,
    });
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new HoldfastError('FILE_UNREADABLE', `${file} is no regular file`, {
    path: file,
    kind: 'usage',
    hint: 'Save the image to a file first; a layout that is a directory is read with oci:DIR.',
  });
}
