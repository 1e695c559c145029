import { chmodSync, lchownSync, lstatSync, readdirSync } from 'node:fs';
import { writing } from '#base/files/writing.ts';
import type { Problem } from '#core/errors.ts';
import type { IdMaps } from '#volume/discover/discovery.ts';
import { ownerShifts } from '#volume/snapshot/id-maps.ts';

/** How owners are changed; the kernel takes the bits of set-user-id away meanwhile. */
export interface OwnerFiles {
  readonly own: (path: Buffer, user: number, group: number) => void;
  readonly mode: (path: Buffer, mode: number) => void;
}

const REAL: OwnerFiles = { own: lchownSync, mode: chmodSync };
const SET_ID = 0o6000;
const PERMISSIONS = 0o7777;

/**
 * Gives what was restored the owners that its containers know: those of one engine's users on its host become those of
 * another's here. Nobody but this process may reach it yet. What could not be told is a problem of the result.
 * @param from of the engine that it was taken at; undefined: not known
 * @param to of the engine that it is for
 * @throws `FILE_NOT_WRITTEN`
 */
export function shiftOwners(
  item: Buffer,
  from: IdMaps | undefined,
  to: IdMaps | undefined,
  files: OwnerFiles = REAL,
): readonly Problem[] {
  if (from === undefined || to === undefined) return unknown(from, to);
  const shifts = ownerShifts(from, to);
  if (shifts === undefined) return [];
  const seen = new Set<string>();
  let left = 0;
  const walk = (path: Buffer): void => {
    const stat = lstatSync(path, { bigint: true });
    const name = `${stat.dev}:${stat.ino}`;
    // A file of several names has one owner.
    if (stat.isDirectory() || stat.nlink === 1n || !seen.has(name)) {
      seen.add(name);
      const [user, group] = [shifts.user(Number(stat.uid)), shifts.group(Number(stat.gid))];
      if (user === undefined || group === undefined) left += 1;
      else {
        const mode = Number(stat.mode);
        files.own(path, user, group);
        if (!stat.isSymbolicLink() && (mode & SET_ID) !== 0) files.mode(path, mode & PERMISSIONS);
      }
    }
    if (!stat.isDirectory()) return;
    for (const entry of readdirSync(path, { encoding: 'buffer' })) walk(Buffer.concat([path, SLASH, entry]));
  };
  writing(item.toString(), () => walk(item));
  if (left === 0) return [];
  const message = `${left} of the files have an owner that containers of this engine cannot have: they keep the number that they had`;
  return [{ code: 'RESTORE_OWNERS_LEFT', message }];
}

const SLASH = Buffer.from('/');

/** Where one of the two is a host's own users, and the other is not known, it may well be the same. */
function unknown(from: IdMaps | undefined, to: IdMaps | undefined): readonly Problem[] {
  const known = from ?? to;
  if (known === undefined || known.users.length === 0) return [];
  const where = from === undefined ? 'at the engine that it was taken at' : 'at this engine';
  return [
    {
      code: 'RESTORE_OWNERS_UNKNOWN',
      message: `Which user of a container is which of the host, ${where}, is not known: files keep the numbers of their owners`,
      hint: 'Look at the owners before a container uses it.',
    },
  ];
}
