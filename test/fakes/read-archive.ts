import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Cache, noCache } from '#base/cache/directory-cache.ts';
import { createRangeHasher } from '#base/hash/range-hash.ts';
import { HoldfastError } from '#core/errors.ts';
import type { Image, ReadImage } from '#image/image.ts';
import { CATALOGERS, EXECUTABLE_CATALOGERS } from '#inventory/catalogers/list.ts';
import type { LayerInventory } from '#inventory/layer-inventory.ts';
import { layerInventoryReader } from '#inventory/read-layer-inventory.ts';
import type { ImageChoice } from '#source/archive/selected-image.ts';
import { openArchive } from '#source/kinds/docker-archive/index.ts';
import { openOciLayout } from '#source/kinds/oci-layout/index.ts';
import { type TarFile, tarOf } from './tar.ts';
import { zstdFrame } from './zstd.ts';

/** How an archive is given: plain (read by seeking), compressed (passes by), or unpacked. */
export type Form = 'plain' | 'gzip' | 'zstd' | 'directory';

export interface ReadOptions {
  readonly kind?: 'docker-archive' | 'oci-archive';
  readonly choice?: Partial<ImageChoice>;
  readonly cache?: Cache;
}

const hasher = createRangeHasher();

/** Reads the image of an archive of these bytes, in the form that is asked for. */
export async function readBytes(
  bytes: Buffer,
  form: Exclude<Form, 'directory'>,
  { kind = 'docker-archive', choice = {}, cache = noCache }: ReadOptions = {},
): Promise<ReadImage<LayerInventory>> {
  return withDirectory(async (directory) => {
    const file = join(directory, 'archive.tar');
    writeFileSync(file, form === 'gzip' ? gzipSync(bytes, { level: 1 }) : form === 'zstd' ? zstdFrame(bytes) : bytes);
    return read(openArchive(file, kind, chosen(choice)), cache, choice.verify ?? true);
  });
}

/** The same of an archive of these files. */
export async function readFiles(
  files: readonly TarFile[],
  form: Form,
  options: ReadOptions = {},
): Promise<ReadImage<LayerInventory>> {
  if (form !== 'directory') return readBytes(tarOf(files), form, options);
  return withDirectory(async (directory) => {
    for (const { name, body = '' } of files) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), body);
    }
    const { choice = {}, cache = noCache } = options;
    return read(openOciLayout(directory, chosen(choice)), cache, choice.verify ?? true);
  });
}

/** What came of reading: the result, or the code of the error. Anything else that is thrown is thrown on. */
export async function outcome(reading: Promise<ReadImage<LayerInventory>>) {
  try {
    const { description, layers } = await reading;
    return { description: { ...description, kind: '', reference: '' }, layers };
  } catch (error) {
    if (error instanceof HoldfastError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
}

function chosen(choice: Partial<ImageChoice>): ImageChoice {
  return { defaultPlatform: { os: 'linux', architecture: 'amd64' }, verify: true, ...choice };
}

function read(image: Image, cache: Cache, verify: boolean): Promise<ReadImage<LayerInventory>> {
  return image.read(
    layerInventoryReader({ catalogers: CATALOGERS, executables: EXECUTABLE_CATALOGERS, cache, hasher, verify }),
  );
}

async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-archive-'));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
