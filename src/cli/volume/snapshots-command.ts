import type { SnapshotList } from '#api/volume-snapshot-report.ts';
import { openChosen } from '#app/volume/repositories/chosen-repository.ts';
import { listSnapshots } from '#app/volume/snapshot/list-snapshots.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { terminal } from '#cli/terminal.ts';
import type { VolumeFlags } from '#cli/volume/engine-of.ts';
import { type Column, columns, printable } from '#report/columns.ts';

/** `holdfast volume snapshots`. */
export async function snapshotsCommand(
  flags: Omit<VolumeFlags, 'engine'> & { readonly volume?: string },
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const list = await onRecord(environment, (record) =>
    listSnapshots(record, openChosen(record.home, flags.repo, environment), flags.volume),
  );
  await writeText(flags.format === 'json' ? `${JSON.stringify(list, null, 2)}\n` : `${listLines(list).join('\n')}\n`);
  return exitCodes.done;
}

const HEADS: readonly Column[] = [
  { title: 'SNAPSHOT', maxWidth: 8 },
  { title: 'WHEN', maxWidth: 19 },
  { title: 'VOLUME', maxWidth: 30, minWidth: 10 },
  { title: 'METHOD', maxWidth: 12 },
  { title: 'LAST DRILL', maxWidth: 19 },
  { title: 'EVENT', maxWidth: 7 },
];

/** Anonymous volumes are shown by the beginning of their names, as `volume ls` does. */
function shortName(volume: string | null): string | null {
  return volume !== null && /^[0-9a-f]{64}$/.test(volume) ? volume.slice(0, 12) : volume;
}

function listLines({ snapshots, missing }: SnapshotList): readonly string[] {
  const { width, paint } = terminal();
  const rows = snapshots.map(({ snapshot, time, volume, stack, method, drilled, position }) => [
    snapshot.slice(0, 8),
    time.slice(0, 19).replace('T', ' '),
    shortName(volume) ?? (stack === null ? 'not ours' : `stack ${stack}`),
    method ?? '?',
    drilled === null ? 'never' : `${drilled.at.slice(0, 10)} ${drilled.outcome}`,
    position === null ? 'unknown' : String(position),
  ]);
  return [
    ...(rows.length === 0
      ? ['No snapshots.']
      : columns(HEADS, rows, width, (text, row) => (row < 0 ? paint('bold', text) : text))),
    ...missing.map(({ snapshot, volume, position }) =>
      paint(
        'red',
        `MISSING: ${snapshot.slice(0, 8)} of ${printable(volume)}, event ${position} of the record, is not there.`,
      ),
    ),
  ];
}
