import type { VolumeShown } from '#api/volume-show-report.ts';
import type { InsideFound, OpenInside } from '#app/volume/restore/inside/inside.ts';
import { insidePath } from '#app/volume/restore/inside/inside.ts';
import { type JudgeDeps, judgeImages } from '#app/volume/restore/judge-writers.ts';
import { readManifest } from '#app/volume/restore/manifest.ts';
import { judgeChain, pickSnapshot, type SnapshotWish } from '#app/volume/restore/pick-snapshot.ts';
import { sourcePath } from '#app/volume/restore/subject.ts';
import { writtenSnapshots } from '#app/volume/restore/written-snapshots.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import type { Writer } from '#volume/snapshot/events.ts';
import type { SnapshotManifest } from '#volume/snapshot/manifest.ts';

export interface ShowDeps extends JudgeDeps {
  readonly inside: OpenInside;
}

/**
 * All that is known of a snapshot: from the record; where that does not know it, from the manifest in it, which is the
 * word of whoever made it.
 * @throws `SNAPSHOT_UNKNOWN`, `RESTIC_*`, `LEDGER_*`, `DATABASE_*`
 */
export async function showSnapshot(deps: ShowDeps, wish: SnapshotWish): Promise<VolumeShown> {
  const { inside, record, advisories, now } = deps;
  const judging = { record, advisories, now };
  const picked = await pickSnapshot({ ...judging, list: inside.snapshots }, wish);
  const { row, subject, recorded } = picked;
  const problems: Problem[] = [...picked.problems];
  const manifest = await readManifest(inside, row, subject).catch((error: unknown) => {
    problems.push(problemOf(error));
    return undefined;
  });
  const told = recorded ?? manifest;
  const writers = told?.writers ?? [];
  const judged = await judgeImages(judging, writers);
  const finished = recorded?.finished;
  const data = subject === undefined ? '' : sourcePath(row, subject);
  const size = finished ?? (await measure(inside, row, insidePath(data ?? ''), problems));
  const trust = await trustOfPicked(judging, picked, manifest);
  return {
    ...{ snapshot: row.id, time: row.time, host: row.host, paths: [...row.paths], tags: [...row.tags] },
    volume: subject?.kind === 'volume' ? subject.name : null,
    bind: subject?.kind === 'bind' ? subject.name : null,
    position: finished?.position ?? null,
    told: recorded !== undefined ? 'record' : manifest !== undefined ? 'manifest' : 'nothing',
    method: finished?.method ?? manifest?.method ?? null,
    dumps: [...(finished?.dumps ?? manifest?.dumps ?? [])],
    ...{ bytes: size?.bytes ?? null, files: size?.files ?? null },
    ...{ holdMs: finished?.holdMs ?? null, complete: finished?.complete ?? null },
    writers: writers.map((writer) => ({ ...writer, digests: [...writer.digests], ...judged(writer) })),
    writersComplete: told?.writersComplete ?? null,
    ...trust,
    problems: [...problems, ...inside.problems()].map((problem) => ({ ...problem })),
  };
}

async function trustOfPicked(
  judging: JudgeDeps,
  { subject, recorded }: Awaited<ReturnType<typeof pickSnapshot>>,
  manifest: SnapshotManifest | undefined,
): Promise<{ readonly trusted: boolean; readonly why: string }> {
  if (recorded === undefined || subject === undefined) {
    const own = manifest === undefined ? '' : '; what its manifest says, anybody with the password can have written';
    return { trusted: false, why: `the record does not know it${own}` };
  }
  const chain = await writtenSnapshots(judging.record, subject);
  const { trust, reason } = await judgeChain(judging, chain);
  return { trusted: trust.get(recorded.id)?.trusted === true, why: reason(recorded) };
}

const MOST_ENTRIES = 5_000_000;

/** By the directories alone, which only the reader of our own has at hand. */
async function measure(
  inside: OpenInside,
  row: SnapshotRow,
  path: Buffer,
  problems: Problem[],
): Promise<{ readonly bytes: number; readonly files: number } | undefined> {
  if (inside.reader !== 'own') return undefined;
  let bytes = 0;
  let files = 0;
  const unread: InsideFound[] = [];
  try {
    let entries = 0;
    for await (const found of inside.list(row, path, true)) {
      entries += 1;
      if (entries > MOST_ENTRIES) return undefined;
      if ('problem' in found) unread.push(found);
      else if (found.type === 'file') {
        bytes += found.sizeBytes;
        files += 1;
      }
    }
  } catch (error) {
    problems.push(problemOf(error));
    return undefined;
  }
  const [first] = unread;
  if (first !== undefined && 'problem' in first) problems.push(first.problem);
  return unread.length === 0 ? { bytes, files } : undefined;
}

/** Who wrote, in words. */
export function writersInWords(writers: readonly Pick<Writer, 'name' | 'image'>[]): string {
  return writers.map(({ name, image }) => `${name} (${image})`).join(', ') || 'nobody that is known';
}
