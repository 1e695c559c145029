import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { linesOf } from '#base/process/lines.ts';
import { startProcess } from '#base/process/start-process.ts';
import { HoldfastError } from '#core/errors.ts';

/** Major, minor and patch of restic. */
export type ResticVersion = readonly [number, number, number];

/** The oldest that was tried: Debian 12 has it. */
const OLDEST: ResticVersion = [0, 14, 0];
const ANSWER_LIMIT_MS = 30_000;
const INSTALL = 'Install it: apt install restic   (HOLDFAST_RESTIC=/path/to/restic names another one)';

/** Whether a version is at least `minor` of 0.x. */
export function isAtLeast(version: ResticVersion, minor: number): boolean {
  return version[0] > 0 || version[1] >= minor;
}

export function formatVersion(version: ResticVersion): string {
  return version.join('.');
}

/** The program: HOLDFAST_RESTIC, else the first in PATH. @throws `RESTIC_MISSING` */
export function findRestic(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment['HOLDFAST_RESTIC'];
  const places = named
    ? [named]
    : [...(environment['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/bin']
        .filter((directory) => isAbsolute(directory))
        .map((directory) => join(directory, 'restic'));
  const found = places.find((path) => isAbsolute(path) && isExecutable(path));
  if (found !== undefined) return found;
  const where = named
    ? `HOLDFAST_RESTIC names ${named}, which is no absolute path of a program`
    : 'restic is not in PATH';
  throw new HoldfastError('RESTIC_MISSING', `Snapshots are made with restic, and ${where}`, { hint: INSTALL });
}

/**
 * Asks restic for its version.
 * @throws `RESTIC_MISSING` for something that is no restic, `RESTIC_TOO_OLD`
 */
export async function askVersion(program: string): Promise<ResticVersion> {
  // HOME and cache are not touched by it.
  const started = await startProcess({ program, args: ['version'], environment: {}, limitMs: ANSWER_LIMIT_MS });
  let version: ResticVersion | undefined;
  for await (const line of linesOf(started.stdout)) version ??= parseVersion(line);
  const { code } = await started.ended;
  if (version === undefined || code !== 0) {
    throw new HoldfastError('RESTIC_MISSING', `${program} does not say its version as restic does`, { hint: INSTALL });
  }
  if (!isAtLeast(version, OLDEST[1])) {
    throw new HoldfastError(
      'RESTIC_TOO_OLD',
      `${program} is restic ${formatVersion(version)}; ${formatVersion(OLDEST)} or newer is needed`,
      { hint: INSTALL },
    );
  }
  return version;
}

function parseVersion(line: string): ResticVersion | undefined {
  const found = /^restic (\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?/.exec(line);
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
