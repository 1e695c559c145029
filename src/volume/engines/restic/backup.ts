import { lstatSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { HoldfastError, systemCode } from '#core/errors.ts';
import type {
  BackupRequest,
  JobOptions,
  PassDone,
  SnapshotDone,
  SnapshotFilter,
  SnapshotLabels,
  SnapshotRow,
} from '#volume/engines/engine.ts';
import { type ResticContext, runRestic } from '#volume/engines/restic/run.ts';
import { readSummary } from '#volume/engines/restic/summary.ts';

/** Exit code of a backup that could not read everything: the snapshot is there, without that. */
const INCOMPLETE = 3;

export interface PassOptions extends JobOptions {
  /** A list of patterns, which restic reads after it has opened the repository and before it looks at any source. */
  readonly excludeFile?: string;
}

/** Stores files, one pass. @throws `RESTIC_SOURCE_MISSING`, `RESTIC_SUMMARY_MISSING`, `RESTIC_*` */
export async function backupPass(
  context: ResticContext,
  request: BackupRequest,
  { progress, signal, excludeFile }: PassOptions = {},
): Promise<PassDone> {
  // Until 0.18 restic skips a source that is not there, and says that all is well.
  for (const path of request.paths) refuseMissing(path);
  if (request.paths.length === 0) throw new HoldfastError('RESTIC_SOURCE_MISSING', 'There is nothing to store');
  const excludes = (request.excludes ?? []).map((pattern) => `--exclude=${pattern}`);
  if (excludeFile !== undefined) excludes.push(`--exclude-file=${excludeFile}`);
  const time = request.time === undefined ? [] : [`--time=${timeArgument(request.time)}`];
  const args = ['--json', ...labelArguments(request), ...excludes, ...time, '--', ...request.paths];
  const summary = readSummary(progress);
  const { code, said } = await runRestic(context, { command: 'backup', args, signal }, summary.line, INCOMPLETE);
  return summary.done(code, said);
}

/**
 * Looks for the snapshot that restic says it made.
 * @throws `RESTIC_SNAPSHOT_LOST`
 */
export async function lookUp(
  find: (filter: SnapshotFilter) => Promise<readonly SnapshotRow[]>,
  pass: PassDone,
  host: string,
): Promise<SnapshotDone> {
  const rows = await find({ ids: [pass.shortId], host });
  const [row] = rows;
  if (row !== undefined && rows.length === 1) return { ...pass, id: row.id, tree: row.tree, time: row.time };
  throw new HoldfastError(
    'RESTIC_SNAPSHOT_LOST',
    `restic says that it made the snapshot ${pass.shortId}, and the repository has ${rows.length} such snapshots`,
    { hint: 'Make another one, and check the repository.' },
  );
}

/** `--tag` and `--host`. @throws `RESTIC_LABEL_INVALID` */
export function labelArguments({ tags, host }: SnapshotLabels): readonly string[] {
  // A comma would make two tags of one; restic trims nothing.
  for (const label of [...tags, host]) {
    if (label !== '' && !/[,\p{Cc}]/u.test(label) && label.trim() === label) continue;
    throw new HoldfastError('RESTIC_LABEL_INVALID', `${JSON.stringify(label)} cannot be a tag or a host`, {
      kind: 'usage',
      hint: 'No commas, no control characters, no spaces around it.',
    });
  }
  return [`--host=${host}`, ...tags.map((tag) => `--tag=${tag}`)];
}

/** `2006-01-02 15:04:05`, read in restic’s time zone, which is UTC by its environment. */
function timeArgument(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}

function refuseMissing(path: string): void {
  let why = 'is not an absolute path';
  try {
    if (isAbsolute(path)) {
      lstatSync(path);
      return;
    }
  } catch (error) {
    why =
      systemCode(error) === 'ENOENT' ? 'is not there' : `cannot be looked at: ${systemCode(error) ?? 'unknown error'}`;
  }
  throw new HoldfastError('RESTIC_SOURCE_MISSING', `${path} ${why}: nothing was stored`, {
    path,
    hint: 'Is it mounted, does the volume still exist?',
  });
}
