import type { FoundUser } from '#inventory/package.ts';

const MOST_USERS = 10_000;
/** A name that can be asked for: `USER` ends it at a colon. */
const NAME = /^[^\s:\p{Cc}]{1,256}$/u;
/** Linux has 32 bits for it; runtimes take 31 of them. */
const HIGHEST_UID = 2 ** 31 - 1;

/**
 * Users of a passwd(5) file, each name as its first line has it, which is the one that runtimes take. A number that is none,
 * or too large, is null: runtimes differ about it.
 */
export function parsePasswd(text: string): readonly FoundUser[] {
  const users = new Map<string, number | null>();
  for (let at = 0; at < text.length && users.size < MOST_USERS; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const [name = '', , uid = ''] = text.slice(at, end).trim().split(':', 4);
    if (NAME.test(name) && !users.has(name)) users.set(name, numberOf(uid));
    at = end + 1;
  }
  return [...users].map(([name, uid]) => ({ name, uid }));
}

function numberOf(text: string): number | null {
  const uid = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return uid <= HIGHEST_UID ? uid : null;
}
