import type { CatalogerFixture } from '#inventory/catalogers/cataloger.fixture.ts';
import { apk } from './index.ts';

const INSTALLED = `C:Q1abc=
P:musl
V:1.2.4_git20230717-r4
A:x86_64
S:402
T:the musl c library
L:MIT
o:musl
m:A. Packager <a@example.org>
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
R:libc.musl-x86_64.so.1
F:usr/lib

P:libcrypto3
V:3.1.4-r5
A:x86_64
L:Apache-2.0
o:openssl
F:etc/ssl
M:0:0:755
R:ct log.cnf

`;
const REPOSITORIES =
  'https://mirror.example/alpine/v3.19/main\n#/media/cdrom\n@edge https://mirror.example/alpine/edge/main\n';

export const apkFixture: CatalogerFixture = {
  cataloger: apk,
  files: [
    { path: 'lib/apk/db/installed', bytes: Buffer.from(INSTALLED), packages: 2 },
    { path: 'usr/lib/apk/db/installed', bytes: Buffer.from(INSTALLED.replaceAll('\n', '\r\n')), packages: 2 },
    { path: 'etc/apk/repositories', bytes: Buffer.from(REPOSITORIES), packages: 0 },
  ],
  nearMisses: [
    'lib/apk/db/installed.new',
    'lib/apk/db/Installed',
    'apk/db/installed',
    'mnt/lib/apk/db/installed',
    'etc/apk/repositories.d/main.list',
    'etc/apk/repositories-old',
  ],
};
