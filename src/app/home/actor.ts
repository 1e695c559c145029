import { userInfo } from 'node:os';
import type { Environment } from '#app/data-directory.ts';

/** Whose name stands in the record: HOLDFAST_ACTOR, else the user's on this machine. */
export function actorOf(environment: Environment): string {
  const named = environment['HOLDFAST_ACTOR'];
  if (named)
    return named
      .toWellFormed()
      .replaceAll(/\p{Cc}/gu, '?')
      .slice(0, 200);
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry, as in many containers.
    return `uid:${process.getuid?.() ?? 'unknown'}`;
  }
}
