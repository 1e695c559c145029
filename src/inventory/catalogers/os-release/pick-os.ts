import type { OsRelease } from '#inventory/package.ts';
import { RELATIVES } from './relatives.ts';

/** os-release(5): the file in /etc goes before the one in /usr/lib. */
export const OS_RELEASE_PATHS: readonly string[] = ['etc/os-release', 'usr/lib/os-release'];

const BELIEVED: readonly string[] = [...OS_RELEASE_PATHS, ...RELATIVES.map(([path]) => path)];

/**
 * The release that counts of those that an image's files name: os-release before its relatives, each group in its order.
 * Files at other paths are not asked. A link is no file, so `etc/os-release`, which mostly is one, is then not among them.
 */
export function pickOs(
  items: readonly { readonly path: string; readonly release: OsRelease }[],
): OsRelease | undefined {
  for (const path of BELIEVED) {
    const found = items.find((item) => item.path === path);
    if (found !== undefined) return found.release;
  }
  return undefined;
}
