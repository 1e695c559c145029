import { mkdirSync, readdirSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { writing } from '#base/files/writing.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import type { JobOptions, RestoreRequest } from '#volume/engines/engine.ts';
import { objectOf, textAt } from '#volume/engines/restic/json.ts';
import { isAtLeast } from '#volume/engines/restic/program.ts';
import { type ResticContext, runRestic } from '#volume/engines/restic/run.ts';
import { snapshotArgument } from '#volume/engines/restic/snapshots.ts';
import { progressOf } from '#volume/engines/restic/summary.ts';

/**
 * Restores into an empty directory. restic leaves what it wrote behind when it fails, also files that are wrong: what is
 * in the target counts only when this returns.
 * @throws `RESTIC_TARGET_NOT_EMPTY`, `RESTIC_RESTORE_INCOMPLETE`, `RESTIC_*`
 */
export async function restoreSnapshot(
  context: ResticContext,
  request: RestoreRequest,
  { progress, signal }: JobOptions = {},
): Promise<void> {
  const { target, verify } = request;
  const snapshot = snapshotArgument(request.snapshot);
  if (!isAbsolute(target)) throw new Error('a target must be absolute');
  writing(target, () => mkdirSync(target, { recursive: true, mode: 0o700 }));
  if (entriesOf(target) > 0) {
    throw new HoldfastError('RESTIC_TARGET_NOT_EMPTY', `${target} is not empty`, {
      path: target,
      hint: 'Restore into a new directory: what is there is never mixed with what comes.',
    });
  }
  const includes = (request.include ?? []).map((pattern) => `--include=${pattern}`);
  // Before, holes are filled.
  const sparse = isAtLeast((await context.program()).version, 15) ? ['--sparse'] : [];
  const flags = [...sparse, ...(verify ? ['--verify'] : [])];
  const args = ['--json', `--target=${target}`, ...includes, ...flags, '--', snapshot];
  const onLine = (line: string) => {
    const status = progress === undefined ? undefined : objectOf(line);
    if (status !== undefined && textAt(status, 'message_type') === 'status') progress?.(progressOf(status));
  };
  const { said } = await runRestic(context, { command: 'restore', args, signal }, onLine).catch(incomplete);
  const complaint = said.lines.find((line) => /^ignoring error for/.test(line));
  if (said.itemCount > 0 || complaint !== undefined) {
    throw restoreIncomplete(complaint ?? said.items[0]?.message ?? 'it does not say what');
  }
  if (entriesOf(target) === 0 && request.include === undefined) {
    throw restoreIncomplete('it says that it is done, and there is nothing');
  }
}

/** Some files came and some did not: more is known then than that it failed. */
function incomplete(error: unknown): never {
  if (!(error instanceof HoldfastError) || error.code !== 'RESTIC_FAILED') throw error;
  throw restoreIncomplete(error.message, error);
}

function restoreIncomplete(why: string, cause?: unknown): HoldfastError {
  return new HoldfastError('RESTIC_RESTORE_INCOMPLETE', `Not everything was restored: ${why}`, {
    hint: 'What is in the target is not to be trusted. Check the repository; another snapshot may be whole.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function entriesOf(directory: string): number {
  try {
    return readdirSync(directory).length;
  } catch (cause) {
    throw new HoldfastError('RESTIC_DENIED', `${directory} cannot be read: ${systemCode(cause) ?? 'unknown'}`, {
      cause,
    });
  }
}
