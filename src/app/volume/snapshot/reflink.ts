import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startProcess } from '#base/process/start-process.ts';
import { HoldfastError } from '#core/errors.ts';

/** Where GNU cp is; others do not know `--reflink`. */
const COPY = '/bin/cp';

/** A volume's files, and where a copy of them lies that shares their blocks. */
export interface ReflinkPlace {
  readonly source: string;
  /** Beside the source, always the same for it. */
  readonly copy: string;
}

/**
 * Where volumes can be copied by sharing their blocks (btrfs, xfs): tried with a small file beside each. Undefined when one
 * of them cannot: another filesystem, a mount of its own, no right, no GNU cp.
 * @param sources directories of volumes; undefined for the operator's own, beside which nothing is made
 */
export async function reflinkPlaces(
  sources: readonly (string | undefined)[],
): Promise<readonly ReflinkPlace[] | undefined> {
  const places: ReflinkPlace[] = [];
  for (const source of sources) {
    if (source === undefined || !(await canReflink(source))) return undefined;
    places.push(placeOf(source));
  }
  return places;
}

function placeOf(source: string): ReflinkPlace {
  return { source, copy: join(dirname(source), '.holdfast-copy') };
}

/** What a run leaves that dies meanwhile is removed like any copy, by the next one. */
async function canReflink(source: string): Promise<boolean> {
  const place = placeOf(source);
  const trial = place.copy;
  try {
    if (statSync(source).dev !== statSync(dirname(source)).dev) return false;
    removeCopy(place);
    mkdirSync(trial, { mode: 0o700 });
    writeFileSync(join(trial, 'a'), Buffer.alloc(8192, 1));
    await copy(join(trial, 'a'), join(trial, 'b'));
    return true;
  } catch {
    return false;
  } finally {
    try {
      removeCopy(place);
    } catch {
      // Where nothing may be written, nothing was.
    }
  }
}

/** Copies a tree with everything that belongs to its files. @throws `REFLINK_FAILED`, `PROCESS_ABORTED` */
export async function reflink({ source, copy: to }: ReflinkPlace, signal: AbortSignal): Promise<void> {
  removeCopy({ source, copy: to });
  await copy(source, to, signal);
}

/** What a dead run left there, too. */
export function removeCopy({ copy: path }: ReflinkPlace): void {
  rmSync(path, { recursive: true, force: true });
}

async function copy(from: string, to: string, signal?: AbortSignal): Promise<void> {
  let said = '';
  const started = await startProcess({
    program: COPY,
    args: ['--archive', '--reflink=always', '--no-target-directory', '--', from, to],
    environment: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    // It holds nothing that would have to be put right.
    graceMs: 0,
    onErrorLine: (line) => {
      said = line;
    },
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const _ of started.stdout);
  const { code, stopped } = await started.ended;
  if (stopped !== undefined) throw new HoldfastError('PROCESS_ABORTED', 'cp was stopped before it was done');
  if (code !== 0)
    throw new HoldfastError('REFLINK_FAILED', `${from} cannot be copied by reflink: ${said.slice(0, 300)}`);
}
