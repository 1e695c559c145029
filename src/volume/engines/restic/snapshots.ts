import { HoldfastError } from '#core/errors.ts';
import type { SnapshotFilter, SnapshotRow } from '#volume/engines/engine.ts';
import { asObject, textAt, textsAt } from '#volume/engines/restic/json.ts';
import { type ResticContext, runRestic } from '#volume/engines/restic/run.ts';

const LOOK_LIMIT_MS = 10 * 60 * 1000;

/**
 * The snapshots of a repository that the filter lets pass, oldest first. It takes no lock: a prune must not hide them.
 * @throws `RESTIC_OUTPUT_INVALID`
 */
export async function readSnapshots(
  context: ResticContext,
  filter: SnapshotFilter = {},
  passwordFile?: string,
): Promise<readonly SnapshotRow[]> {
  const args = ['--json', '--no-lock'];
  if (filter.host !== undefined) args.push(`--host=${filter.host}`);
  const run = { command: 'snapshots', args, limitMs: LOOK_LIMIT_MS };
  const lines: string[] = [];
  await runRestic(context, passwordFile === undefined ? run : { ...run, passwordFile }, (line) => lines.push(line));
  const rows = rowsOf(lines).filter((row) => matchesFilter(row, filter));
  return rows.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time) || (a.id < b.id ? -1 : 1));
}

/** Whether a filter lets a snapshot pass. restic is not asked to filter by id or tag: what it does not know is no error to it, or the wrong one. */
export function matchesFilter(row: SnapshotRow, { tags = [], host, ids }: SnapshotFilter): boolean {
  return (
    tags.every((tag) => row.tags.includes(tag)) &&
    (host === undefined || row.host === host) &&
    (ids === undefined || ids.some((id) => row.id.startsWith(id)))
  );
}

function rowsOf(lines: readonly string[]): readonly SnapshotRow[] {
  // One document on one line; what is no JSON beside it is a remark.
  const document = lines.map(parsed).find((value) => Array.isArray(value) || value === null);
  if (document === null) return [];
  if (!Array.isArray(document)) throw invalid('no list of snapshots');
  return document.map(rowOf);
}

function parsed(line: string): unknown {
  if (!/^(?:\[|null$)/.test(line)) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function rowOf(value: unknown): SnapshotRow {
  const row = asObject(value);
  const [id, time, tree] = row === undefined ? [] : [textAt(row, 'id'), textAt(row, 'time'), textAt(row, 'tree')];
  if (row === undefined || id === undefined || tree === undefined || time === undefined)
    throw invalid('a row lacks its id');
  if (!isId(id) || !isId(tree) || Number.isNaN(Date.parse(time))) throw invalid('a row that is none');
  const original = textAt(row, 'original');
  return {
    ...{ id, time, tree, paths: textsAt(row, 'paths'), tags: textsAt(row, 'tags') },
    host: textAt(row, 'hostname') ?? '',
    ...(original === undefined ? {} : { original }),
  };
}

/** Whether a text is a whole id: 64 hexadecimal digits. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Refuses what is neither an id nor the beginning of one, before it becomes an argument. @throws `RESTIC_SNAPSHOT_INVALID` */
export function snapshotArgument(text: string): string {
  if (/^[0-9a-f]{8,64}$/.test(text)) return text;
  throw new HoldfastError('RESTIC_SNAPSHOT_INVALID', `${JSON.stringify(text.slice(0, 100))} is no id of a snapshot`, {
    kind: 'usage',
    hint: 'Give at least 8 digits of one that holdfast volume snapshots lists.',
  });
}

function invalid(why: string): HoldfastError {
  return new HoldfastError('RESTIC_OUTPUT_INVALID', `restic snapshots answers ${why}`, {
    hint: 'Is it restic that is called so, and a version that is known?',
  });
}
