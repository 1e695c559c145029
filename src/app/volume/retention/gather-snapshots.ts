import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { type KnownSnapshot, knownSnapshots } from '#app/volume/snapshot/known-snapshots.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import type { RetentionSnapshot } from '#volume/retention/decide.ts';
import { OWN_TAG } from '#volume/snapshot/tags.ts';

/** A snapshot of a volume, or of a directory of the host, that lies in a repository. */
export interface GatheredSnapshot extends RetentionSnapshot {
  readonly row: SnapshotRow;
  /** What the record says of it; absent for a foreign one. */
  readonly recorded?: KnownSnapshot;
}

/** All snapshots of volumes in a repository. */
export interface GatheredSnapshots {
  /** By volume’s name or directory’s path, oldest first. What is of neither, as of other programs, is not among them. */
  readonly volumes: ReadonlyMap<string, readonly GatheredSnapshot[]>;
  /** Ids of all snapshots that are there, whoever made them. */
  readonly ids: ReadonlySet<string>;
}

const TARGETS = ['volume=', 'bind='] as const;

/** Puts what lies in a repository beside what the record knows. @throws `RESTIC_*`, `LEDGER_*`, `DATABASE_*` */
export async function gatherSnapshots(
  record: OpenRecord,
  { engine, settings }: OpenRepository,
): Promise<GatheredSnapshots> {
  const known = await knownSnapshots(record, settings.id);
  const rows = await engine.snapshots();
  const volumes = new Map<string, GatheredSnapshot[]>();
  for (const row of rows) {
    const recorded = recordedOf(row, known);
    const volume = recorded?.volume ?? (row.tags.includes(OWN_TAG) ? taggedVolume(row) : undefined);
    if (volume === undefined) continue;
    const list = volumes.get(volume) ?? [];
    volumes.set(volume, list);
    list.push(gathered(row, recorded));
  }
  return { volumes, ids: new Set(rows.map(({ id }) => id)) };
}

/** The record of a snapshot, also of one whose tags were changed: its tree is the same. */
function recordedOf(row: SnapshotRow, known: ReadonlyMap<string, KnownSnapshot>): KnownSnapshot | undefined {
  const own = known.get(row.id);
  if (own !== undefined) return own;
  const first = row.original === undefined ? undefined : known.get(row.original);
  return first?.tree === row.tree ? first : undefined;
}

function gathered(row: SnapshotRow, recorded: KnownSnapshot | undefined): GatheredSnapshot {
  if (recorded === undefined) return { id: row.id, time: row.time, standing: 'foreign', row };
  const { at, position, complete, tree } = recorded;
  return {
    id: row.id,
    // An id stands for all that a snapshot says of itself; what a changed one says is only its own word.
    time: recorded.snapshot === row.id ? row.time : at,
    standing: complete && tree === row.tree ? 'good' : 'incomplete',
    ...{ position, row, recorded },
  };
}

function taggedVolume({ tags }: SnapshotRow): string | undefined {
  for (const target of TARGETS) {
    const tag = tags.find((one) => one.startsWith(target));
    if (tag !== undefined) return tag.slice(target.length);
  }
  return undefined;
}
