import type { CatalogerFixture } from '#inventory/catalogers/cataloger.fixture.ts';
import { passwd } from './index.ts';

const PASSWD = `root:x:0:0:root:/root:/bin/sh
# a line that is none
nobody:x:65534:65534:nobody:/:/sbin/nologin
app:x:1000:1000::/home/app:
`;

export const passwdFixture: CatalogerFixture = {
  cataloger: passwd,
  files: [{ path: 'etc/passwd', bytes: Buffer.from(PASSWD), packages: 0 }],
  nearMisses: ['etc/passwd-', 'etc/passwd.bak', 'usr/etc/passwd', 'etc/Passwd', 'etc/pam.d/passwd', 'usr/bin/passwd'],
};
