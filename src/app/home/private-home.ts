import { statSync } from 'node:fs';
import type { Environment } from '#app/data-directory.ts';
import { HoldfastError } from '#core/errors.ts';

const OTHERS_WRITE = 0o022;

/**
 * Refuses a home that somebody else could have written to: its journals say what is moved, released and run in containers,
 * with this user's rights. One that is not there yet is fine, as is that of the user who called `sudo`.
 * @throws `HOME_NOT_PRIVATE`
 */
export function refuseForeignHome(directory: string, environment: Environment): void {
  refuseOtherOwner(directory, environment);
  const found = statSync(directory, { throwIfNoEntry: false });
  if (process.geteuid === undefined || found === undefined || (found.mode & OTHERS_WRITE) === 0) return;
  throw refusal(
    directory,
    'others may write in it',
    `Look at what is in it, then: chmod 700 ${JSON.stringify(directory)}`,
  );
}

/** The same for a directory that a home is about to be made of: its mode is set then. @throws `HOME_NOT_PRIVATE` */
export function refuseOtherOwner(directory: string, environment: Environment): void {
  const user = process.geteuid?.();
  const found = statSync(directory, { throwIfNoEntry: false });
  if (user === undefined || found === undefined) return;
  const caller = Number(environment['SUDO_UID'] || user);
  if (found.uid === user || found.uid === 0 || (user === 0 && found.uid === caller)) return;
  const hint = 'Name another directory with HOLDFAST_HOME, or run this as that user.';
  throw refusal(directory, `it belongs to the user ${found.uid}`, hint);
}

function refusal(path: string, why: string, hint: string): HoldfastError {
  return new HoldfastError('HOME_NOT_PRIVATE', `${path} cannot be trusted: ${why}`, { kind: 'usage', path, hint });
}
