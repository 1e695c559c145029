import type { Cataloger } from '#inventory/cataloger.ts';
import { parseOsRelease } from './parse.ts';
import { OS_RELEASE_PATHS } from './pick-os.ts';
import { RELATIVES } from './relatives.ts';

const READERS = new Map(RELATIVES);

/** The operating system, as each release file names it; `pickOs` tells which of them counts. */
export const osRelease: Cataloger = {
  id: 'os-release',
  version: 1,
  title: 'Operating system release',
  match: { paths: [...OS_RELEASE_PATHS, ...READERS.keys()] },
  limitBytes: 1024 * 1024,
  *catalog(file, context) {
    const text = file.bytes.toString('utf8');
    const itself = OS_RELEASE_PATHS.includes(file.path);
    const release = itself ? parseOsRelease(text) : READERS.get(file.path)?.(text);
    if (release !== undefined) yield { kind: 'os', release };
    // A relative may well be about something else: Red Hat's lsb-release names no distribution.
    else if (itself) {
      context.problem({
        code: 'OS_RELEASE_UNREADABLE',
        message: 'The file names no operating system',
        path: file.path,
        hint: 'Without it, nothing tells which advisories apply to the packages of the operating system.',
      });
    }
  },
};
