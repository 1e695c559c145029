import { type Stats, statSync } from 'node:fs';
import type { Environment } from '#app/data-directory.ts';
import { HoldfastError } from '#core/errors.ts';

const ALL_WRITE = 0o002;
const GROUP_WRITES = 0o020;

/**
 * Refuses to act on the notes of a home that somebody else could have written to: they say what is moved, released and run in
 * containers, with this user's rights. Fine are a home that is not there yet, that of the user who called `sudo`, and one
 * that a group of this user writes in, as directories that a cluster mounts are. Reading a record asks for none of this.
 * @throws `HOME_NOT_PRIVATE`
 */
export function refuseForeignHome(directory: string, environment: Environment): void {
  const user = process.geteuid?.();
  const found = statSync(directory, { throwIfNoEntry: false });
  if (user === undefined || found === undefined) return;
  const caller = user === 0 ? Number(environment['SUDO_UID'] || user) : user;
  if (![user, caller, 0].includes(found.uid)) {
    const hint = 'Name another directory with HOLDFAST_HOME, or run this as that user.';
    throw refusal(directory, `it belongs to the user ${found.uid}`, hint);
  }
  if (othersWrite(found)) {
    const hint = `Look at what is in it, then: chmod 700 ${JSON.stringify(directory)}`;
    throw refusal(directory, 'others may write in it', hint);
  }
}

function othersWrite({ mode, gid }: Stats): boolean {
  if ((mode & ALL_WRITE) !== 0) return true;
  const own = [process.getegid?.(), ...(process.getgroups?.() ?? [])];
  return (mode & GROUP_WRITES) !== 0 && !own.includes(gid);
}

function refusal(path: string, why: string, hint: string): HoldfastError {
  return new HoldfastError('HOME_NOT_PRIVATE', `${path} cannot be trusted: ${why}`, { kind: 'usage', path, hint });
}
