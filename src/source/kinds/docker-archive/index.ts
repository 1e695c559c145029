import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { detectCompression, MAGIC_BYTES } from '#base/compress/detect.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import type { Image } from '#image/image.ts';
import { archiveFiles } from '#source/archive/blob-files.ts';
import { openLayout } from '#source/archive/open-layout.ts';
import { openArchiveStream } from '#source/archive/open-stream.ts';
import type { ImageChoice } from '#source/archive/select-image.ts';

const READ_BYTES = 512 * 1024;

/**
 * A file from docker save, podman save or skopeo copy, in Docker's or the OCI layout's form; plain, gzip or zstd.
 * A plain one is read by seeking.
 * @throws `FILE_UNREADABLE`
 */
export function openArchive(file: string, kind: 'docker-archive' | 'oci-archive', choice: ImageChoice): Image {
  const about = { kind, reference: file };
  const prefer = kind === 'docker-archive' ? 'docker' : 'oci';
  if (compressionOf(file) === 'none') return openLayout(archiveFiles(file), about, choice, prefer);
  return openArchiveStream(async () => createReadStream(file, { highWaterMark: READ_BYTES }), about, choice);
}

function compressionOf(file: string) {
  try {
    const fd = openSync(file, 'r');
    try {
      const head = Buffer.alloc(MAGIC_BYTES);
      return detectCompression(head.subarray(0, readSync(fd, head)));
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    const code = systemCode(cause);
    throw new HoldfastError('FILE_UNREADABLE', `${file} cannot be read (${code ?? 'unknown error'})`, {
      path: file,
      kind: code === 'ENOENT' ? 'usage' : 'failed',
      hint: code === 'ENOENT' ? 'There is no such file.' : 'Is it a file that this user may read?',
      cause,
    });
  }
}
