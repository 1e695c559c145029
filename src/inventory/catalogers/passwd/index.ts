import type { Cataloger } from '#inventory/cataloger.ts';
import { parsePasswd } from './parse.ts';

/** The users that the image knows, so that a `USER` given by name can be told from root. */
export const passwd: Cataloger = {
  id: 'passwd',
  version: 1,
  title: 'Users of the image',
  match: { paths: ['etc/passwd'] },
  limitBytes: 1024 * 1024,
  *catalog(file) {
    const users = parsePasswd(file.bytes.toString('utf8'));
    if (users.length > 0) yield { kind: 'users', users };
  },
};
