import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { checkBlobSize, openBlob } from '#volume/engines/restic/reader/blob.ts';
import type { BlobRange } from '#volume/engines/restic/reader/blob-table.ts';
import { type ResticFile, throwOutOfReach } from '#volume/engines/restic/reader/files.ts';
import { readPackHeader } from '#volume/engines/restic/reader/pack-header.ts';
import type { ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import { sequentialBytes } from '#volume/engines/restic/reader/verify/sequential.ts';

/** What reading a pack once, whole, showed. */
export interface PackFindings {
  /** Rows of the table whose blobs are as their names say. */
  readonly good: readonly number[];
  /** Rows whose blobs are not, each with its reason, although the pack is as it was written. */
  readonly bad: ReadonlyMap<number, Problem>;
  /** Why the pack itself is not as it was written. */
  readonly damage?: Problem;
  /** Rows that an index made and the pack's header contradicts. */
  readonly contradicted: readonly number[];
}

/**
 * Reads a pack from front to back: its SHA-256 and its blobs'. The header says what is in it; where that cannot be read,
 * the indexes do. Adds what the header tells to the table. Nothing is thrown but `RESTIC_INDEX_TOO_LARGE`
 * and what `throwOutOfReach` knows.
 */
export async function verifyPack(
  repository: ResticRepository,
  pack: ResticFile,
  indexed: readonly number[],
): Promise<PackFindings> {
  const { files, key, zstd, blobs } = repository;
  let damage: Problem | undefined;
  const wrong = (error: unknown) => {
    throwOutOfReach(error);
    damage ??= problemOf(error, `data/${pack.name}`);
  };
  let header: readonly BlobRange[] | undefined;
  try {
    header = await readPackHeader(files, key, pack);
  } catch (error) {
    wrong(error);
  }
  const told = header?.map((blob) => blobs.add(pack.name, blob)).filter((row) => row >= 0);
  const rows = told ?? apart(repository, indexed);
  const inHeader = new Set(told);
  const good: number[] = [];
  const bad = new Map<number, Problem>();
  try {
    const bytes = sequentialBytes((offset, length) => files.read('pack', pack.name, offset, length), pack.sizeBytes);
    let position = 0;
    for (const row of rows) {
      const place = blobs.place(row);
      try {
        if (place.offsetBytes + place.sizeBytes > pack.sizeBytes) throw beyond(pack);
        checkBlobSize(place);
      } catch (error) {
        bad.set(row, problemOf(error));
        continue;
      }
      await bytes.skip(place.offsetBytes - position);
      const sealed = await bytes.take(place.sizeBytes);
      position = place.offsetBytes + place.sizeBytes;
      try {
        openBlob(key, zstd, place, sealed);
        good.push(row);
      } catch (error) {
        bad.set(row, problemOf(error));
      }
    }
    await bytes.skip(pack.sizeBytes - position);
    if (bytes.digest() !== pack.name) wrong(changed(pack));
  } catch (error) {
    wrong(error);
  }
  const contradicted = told === undefined ? [] : indexed.filter((row) => !inHeader.has(row));
  return { good, bad, contradicted, ...(damage === undefined ? {} : { damage }) };
}

/** Rows in the order in which they lie there, without those that begin inside another. */
function apart({ blobs }: ResticRepository, rows: readonly number[]): readonly number[] {
  const kept: number[] = [];
  let end = 0;
  const sorted = [...rows].sort((a, b) => blobs.place(a).offsetBytes - blobs.place(b).offsetBytes);
  for (const row of sorted) {
    const { offsetBytes, sizeBytes } = blobs.place(row);
    if (offsetBytes < end) continue;
    kept.push(row);
    end = offsetBytes + sizeBytes;
  }
  return kept;
}

function beyond(pack: ResticFile): HoldfastError {
  return new HoldfastError('RESTIC_BLOB_DAMAGED', `Pack ${pack.name} ends before the blob does`);
}

function changed(pack: ResticFile): HoldfastError {
  return new HoldfastError('RESTIC_PACK_DAMAGED', `The SHA-256 of pack ${pack.name} is another: it was changed`, {
    hint: 'Copy the pack back from another copy of the repository.',
  });
}
