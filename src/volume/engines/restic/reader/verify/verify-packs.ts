import type { Problem } from '#core/errors.ts';
import type { BlobRange, BlobTable } from '#volume/engines/restic/reader/blob-table.ts';
import type { Damage } from '#volume/engines/restic/reader/damage.ts';
import type { ResticFile } from '#volume/engines/restic/reader/files.ts';
import type { ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import type { PackThreads } from '#volume/engines/restic/reader/verify/pack-threads.ts';
import { type PackFindings, verifyPack } from '#volume/engines/restic/reader/verify/verify-pack.ts';

/** How far the packs are. */
export interface PackProgress {
  readonly packs: number;
  readonly packsTotal: number;
  readonly bytes: number;
  readonly bytesTotal: number;
}

export interface VerifiedPacks {
  readonly packs: number;
  readonly blobs: number;
  readonly bytes: number;
  /** Whether a row's blob was read and is what its name says. */
  isGood(row: number): boolean;
  /** What makes this row's blob unusable. */
  damageOf(row: number): Damage;
}

const GOOD = 1;

/** Codes of a pack that could not be asked for: nothing is known of its bytes then. */
const UNREADABLE = new Set(['RESTIC_FILE_UNREADABLE', 'RESTIC_FILE_TOO_LARGE']);

/** Reads every pack once, in threads where there are some, and finds those that are missing. */
export async function verifyPacks(
  repository: ResticRepository,
  onProgress: (progress: PackProgress) => void,
  signal: AbortSignal | undefined,
  threads: PackThreads | undefined,
): Promise<VerifiedPacks> {
  const { files, blobs, damage, supersededPacks } = repository;
  const present: ResticFile[] = [];
  for await (const pack of files.list('pack')) present.push(pack);
  present.sort((a, b) => (a.name < b.name ? -1 : 1));
  const bytesTotal = present.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const indexed = blobs.rowsByPack();
  const ofPack = new Map<string, Damage>();
  const ofRow = new Map<number, Damage>();
  const there = new Set(present.map(({ name }) => name));
  for (const name of blobs.packs()) {
    // A pack that only replaced indexes tell of is reported where it is missed.
    if (there.has(name) || supersededPacks.has(name)) continue;
    ofPack.set(
      name,
      damage.of('pack-missing', name, () => missing(name)),
    );
  }

  let good = 0;
  let bytes = 0;
  const record = (pack: ResticFile, found: PackFindings) => {
    for (const row of found.good) {
      blobs.mark(row, GOOD);
      good += 1;
    }
    const { damage: problem } = found;
    if (problem !== undefined) {
      const kind = UNREADABLE.has(problem.code)
        ? 'pack-unreadable'
        : problem.code === 'RESTIC_FILE_MISSING'
          ? 'pack-missing'
          : 'pack-damaged';
      const count = found.bad.size;
      const more = count === 0 ? '' : `; ${count} of its blobs are damaged`;
      ofPack.set(
        pack.name,
        damage.of(kind, pack.name, () => ({ ...problem, message: problem.message + more })),
      );
    } else {
      for (const [row, why] of found.bad) {
        const name = blobs.place(row).id.toString('hex');
        ofRow.set(
          row,
          damage.of('blob-damaged', name, () => why),
        );
      }
    }
    if (found.contradicted.length > 0) {
      const wrong = damage.of('index-wrong', pack.name, () => contradicted(pack.name, found.contradicted.length));
      for (const row of found.contradicted) ofRow.set(row, wrong);
    }
  };

  // The threads are some packs ahead; what they found is taken in the packs' order.
  const ahead: Promise<readonly BlobRange[] | undefined>[] = [];
  for (const [index, pack] of present.entries()) {
    signal?.throwIfAborted();
    while (threads !== undefined && ahead.length <= index + threads.width) {
      const next = present[ahead.length];
      ahead.push(next === undefined ? Promise.resolve(undefined) : threads.look(next));
    }
    const rows = indexed(pack.name);
    const whole = await ahead[index];
    record(pack, whole === undefined ? await verifyPack(repository, pack, rows) : found(blobs, pack, whole, rows));
    bytes += pack.sizeBytes;
    onProgress({ packs: index + 1, packsTotal: present.length, bytes, bytesTotal });
  }
  return {
    packs: present.length,
    blobs: good,
    bytes,
    isGood: (row) => blobs.marked(row) === GOOD,
    damageOf: (row) => {
      const { pack } = blobs.place(row);
      return ofRow.get(row) ?? ofPack.get(pack) ?? damage.of('pack-missing', pack, () => missing(pack));
    },
  };
}

/** What {@link verifyPack} says of a pack without fault. */
function found(
  blobs: BlobTable,
  { name }: ResticFile,
  whole: readonly BlobRange[],
  indexed: readonly number[],
): PackFindings {
  const good = whole.map((blob) => blobs.add(name, blob)).filter((row) => row >= 0);
  const inHeader = new Set(good);
  return { good, bad: new Map(), contradicted: indexed.filter((row) => !inHeader.has(row)) };
}

function missing(pack: string): Problem {
  const path = `data/${pack}`;
  const hint = 'Copy the pack back from another copy of the repository.';
  return { code: 'RESTIC_PACK_MISSING', message: `Pack ${pack} is missing; an index tells of it`, path, hint };
}

function contradicted(pack: string, count: number): Problem {
  const message = `An index tells of ${count} blobs in pack ${pack} that its own header does not name`;
  return { code: 'RESTIC_INDEX_WRONG', message, path: `data/${pack}`, hint: 'Make the index anew with restic.' };
}
