import { createHash } from 'node:crypto';
import { type PortableZstd, portableZstd } from '#base/compress/zstd-portable.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';
import { checkBlobSize, openBlob } from '#volume/engines/restic/reader/blob.ts';
import { type BlobTable, type BlobType, blobTable } from '#volume/engines/restic/reader/blob-table.ts';
import { parseConfig, type ResticConfig } from '#volume/engines/restic/reader/config.ts';
import { type DamageList, damageList } from '#volume/engines/restic/reader/damage.ts';
import { isResticId, type ResticFile, type ResticFiles, throwOutOfReach } from '#volume/engines/restic/reader/files.ts';
import { readIndex } from '#volume/engines/restic/reader/index-file.ts';
import { readPackHeader } from '#volume/engines/restic/reader/pack-header.ts';
import { readAhead, readValue } from '#volume/engines/restic/reader/read-ahead.ts';
import type { ResticKey } from '#volume/engines/restic/reader/seal.ts';
import { unlock } from '#volume/engines/restic/reader/unlock.ts';
import { openUnpacked } from '#volume/engines/restic/reader/unpacked.ts';

/** An open repository. To be closed. */
export interface ResticRepository {
  readonly files: ResticFiles;
  readonly key: ResticKey;
  readonly zstd: PortableZstd;
  /** Undefined when it is missing or damaged: everything else can be read without it. */
  readonly config: ResticConfig | undefined;
  readonly blobs: BlobTable;
  /** Packs that only indexes tell of which others have replaced: these packs may be gone. */
  readonly supersededPacks: ReadonlySet<string>;
  /** What was found wrong so far. */
  readonly damage: DamageList;
  /** Reads the headers of packs that no index tells of; once. */
  learnPacks(): Promise<void>;
  close(): void;
}

/**
 * Opens a repository of format 1 or 2 for reading: nothing is written, no lock is taken, so that nothing should be
 * pruned meanwhile. Damaged keys, indexes and configuration are listed in `damage`, and the rest is used.
 * @throws `RESTIC_REPOSITORY_MISSING`, `RESTIC_PASSWORD_WRONG`, `RESTIC_KEYS_DAMAGED`, `RESTIC_VERSION_UNSUPPORTED`,
 * `RESTIC_INDEX_TOO_LARGE`, and what listing throws
 */
export async function openRepository(files: ResticFiles, password: string | Buffer): Promise<ResticRepository> {
  const damage = damageList();
  const zstd = await portableZstd();
  try {
    const { key, config } = await openConfig(files, zstd, Buffer.from(password), damage);
    const { blobs, supersededPacks } = await readIndexes(files, key, zstd, damage);
    let learning: Promise<void> | undefined;
    return {
      ...{ files, key, zstd, config, blobs, supersededPacks, damage },
      learnPacks: () => {
        learning ??= learnUnknownPacks(files, key, blobs, damage);
        return learning;
      },
      close: () => zstd.close(),
    };
  } catch (error) {
    zstd.close();
    throw error;
  }
}

interface Opened {
  readonly key: ResticKey;
  readonly config: ResticConfig | undefined;
}

/** The key that opens the configuration; where none does, the first that the password opens. */
async function openConfig(
  files: ResticFiles,
  zstd: PortableZstd,
  password: Buffer,
  damage: DamageList,
): Promise<Opened> {
  let first: ResticKey | undefined;
  let problem: unknown;
  for await (const key of unlock(files, password, damage)) {
    first ??= key;
    try {
      return { key, config: parseConfig(openUnpacked(key, zstd, await files.read('config', 'config'))) };
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'RESTIC_VERSION_UNSUPPORTED') throw error;
      throwOutOfReach(error);
      problem ??= error;
    }
  }
  if (first === undefined) throw new HoldfastError('RESTIC_PASSWORD_WRONG', 'The password opens no key');
  damage.of('config-junk', 'config', () => problemOf(problem, 'config'));
  return { key: first, config: undefined };
}

/** Each may be large, though restic's are not. */
const INDEXES_AT_ONCE = 2;
const HEADERS_AT_ONCE = 8;

async function readIndexes(files: ResticFiles, key: ResticKey, zstd: PortableZstd, damage: DamageList) {
  const blobs = blobTable();
  const superseded = new Set<string>();
  const current = new Map<string, Set<string>>();
  const read = ({ name }: ResticFile) => files.read('index', name);
  for await (const { item, outcome } of readAhead(files.list('index'), INDEXES_AT_ONCE, read)) {
    const { name } = item;
    const packs = new Set<string>();
    current.set(name, packs);
    try {
      const bytes = readValue(outcome);
      const whole = createHash('sha256').update(bytes).digest('hex') === name;
      readIndex(openUnpacked(key, zstd, bytes), {
        supersedes: (index) => superseded.add(index),
        blob: (pack, blob) => {
          packs.add(pack);
          blobs.add(pack, blob);
        },
      });
      if (!whole) throw new HoldfastError('RESTIC_FILE_DAMAGED', `Index ${name} lies under a name that is not its own`);
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'RESTIC_INDEX_TOO_LARGE') throw error;
      throwOutOfReach(error);
      damage.of('index-junk', name, () => problemOf(error, `index/${name}`));
    }
  }
  const supersededPacks = new Set<string>();
  for (const [name, packs] of current) if (superseded.has(name)) for (const pack of packs) supersededPacks.add(pack);
  for (const [name, packs] of current)
    if (!superseded.has(name)) for (const pack of packs) supersededPacks.delete(pack);
  return { blobs, supersededPacks };
}

async function learnUnknownPacks(
  files: ResticFiles,
  key: ResticKey,
  blobs: BlobTable,
  damage: DamageList,
): Promise<void> {
  const unknown = async function* () {
    for await (const pack of files.list('pack')) if (!blobs.hasPack(pack.name)) yield pack;
  };
  const read = (pack: ResticFile) => readPackHeader(files, key, pack);
  for await (const { item: pack, outcome } of readAhead(unknown(), HEADERS_AT_ONCE, read)) {
    try {
      for (const blob of readValue(outcome)) blobs.add(pack.name, blob);
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'RESTIC_INDEX_TOO_LARGE') throw error;
      throwOutOfReach(error);
      damage.of('pack-damaged', pack.name, () => problemOf(error, `data/${pack.name}`));
    }
  }
}

/**
 * The plain bytes of a blob, from whichever pack has it whole. Packs that no index tells of are looked into when the blob
 * is not found otherwise.
 * @throws `RESTIC_BLOB_MISSING`, `RESTIC_BLOB_DAMAGED`, `RESTIC_BLOB_TOO_LARGE`, and what reading the last copy throws
 */
export async function readBlob(repository: ResticRepository, type: BlobType, name: string): Promise<Buffer> {
  if (!isResticId(name)) throw missing(name);
  const id = Buffer.from(name, 'hex');
  let problem: unknown = missing(name);
  const tried = new Set<number>();
  for (const learn of [false, true]) {
    if (learn) await repository.learnPacks();
    for (const row of repository.blobs.find(type, id)) {
      if (tried.has(row)) continue;
      tried.add(row);
      const place = repository.blobs.place(row);
      try {
        checkBlobSize(place);
        const sealed = await repository.files.read('pack', place.pack, place.offsetBytes, place.sizeBytes);
        return openBlob(repository.key, repository.zstd, place, sealed);
      } catch (error) {
        problem = error;
      }
    }
  }
  throw problem;
}

function missing(name: string): HoldfastError {
  return new HoldfastError('RESTIC_BLOB_MISSING', `Blob ${name} is in no pack of the repository`);
}
