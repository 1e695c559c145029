import { dockerArchive } from '../docker-archive.ts';
import { goProgram } from '../go-program.ts';
import type { TarFile } from '../tar.ts';

/** A Debian package as its status file has it; each name says what is planted with it. */
interface Deb {
  readonly name: string;
  readonly version: string;
  readonly source?: string;
  readonly status?: string;
  readonly maintainer?: string;
}

const DEBS: readonly Deb[] = [
  { name: 'vulnerable', version: '1.2-3' },
  { name: 'backported', version: '2.0-1+deb12u2' },
  { name: 'unaffected', version: '3.0-1' },
  { name: 'retracted', version: '1.0-1' },
  { name: 'undetermined', version: '1.0-1' },
  { name: 'unordered-advisory', version: '1.0-1' },
  { name: 'unordered-version', version: '1.0 beta' },
  { name: 'libdiffer5', version: '5.36.0-7', source: 'differ (1.10-2)' },
  { name: 'rebuilt', version: '3.0-2+b1', source: 'rebuilt (3.0-2)' },
  { name: 'epoch', version: '1:1.0-1' },
  { name: 'candidate', version: '2.0~rc1-1' },
  { name: 'open', version: '1.0-1' },
  { name: 'nodsa', version: '1.0-1' },
  { name: 'postponed', version: '1.0-1' },
  { name: 'ignored', version: '1.0-1' },
  { name: 'ended', version: '1.0-1' },
  { name: 'unimportant', version: '1.0-1' },
  { name: 'exploited', version: '1.0-1' },
  { name: 'bulletin', version: '1.0-1' },
  { name: 'other-release', version: '1.0-1' },
  { name: 'removed', version: '1.0-1', status: 'deinstall ok config-files' },
  { name: 'third-party', version: '1.0-1', maintainer: 'Docker <support@docker.com>' },
  { name: 'python3-owned', version: '1.26.12-1', source: 'python-owned' },
];

const OWNED = 'usr/lib/python3/dist-packages/planted-1.26.12.egg-info';

function stanza({ name, version, source, status = 'install ok installed', maintainer = 'X <x@debian.org>' }: Deb) {
  const lines = [`Package: ${name}`, `Status: ${status}`, 'Architecture: amd64', `Maintainer: ${maintainer}`];
  return [...lines, ...(source === undefined ? [] : [`Source: ${source}`]), `Version: ${version}`, ''].join('\n');
}

function python(directory: string, name: string, version: string): TarFile {
  const file = directory.endsWith('.egg-info') ? 'PKG-INFO' : 'METADATA';
  return { name: `${directory}/${file}`, body: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\n` };
}

function npm(directory: string, name: string, version: string): TarFile {
  return { name: `${directory}/node_modules/${name}/package.json`, body: JSON.stringify({ name, version }) };
}

const SITE = 'usr/local/lib/python3.11/site-packages';

/** What the planted Go program was built of. */
const MODULES = [
  'path\texample.com/planted/server',
  'mod\texample.com/planted/server\tv0.0.0-20230102030405-abcdefabcdef\t',
  'dep\texample.com/dep\tv1.2.3\th1:',
  'dep\texample.com/replaced\tv1.0.0',
  '=>\texample.com/fork\tv1.5.0\th1:',
  'dep\texample.com/untagged\tv0.0.0-20220101000000-aaaaaaaaaaaa\th1:',
  '',
].join('\n');

/** A docker-archive: Debian below, Python, npm and Go on top, everything planted for {@link plantAdvisories}. */
export function debianImage(): Buffer {
  return dockerArchive({
    tag: 'planted:1',
    steps: [
      {
        instruction: '/bin/sh -c #(nop) ADD file:0123 in / ',
        files: [
          {
            name: 'etc/os-release',
            body: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n',
          },
          { name: 'var/lib/dpkg/status', body: `${DEBS.map(stanza).join('\n')}\n` },
          { name: 'var/lib/dpkg/info/python3-owned.list', body: `/.\n/usr\n/${OWNED}\n/${OWNED}/PKG-INFO\n` },
          python(OWNED, 'planted', '1.26.12'),
        ],
      },
      { empty: '/bin/sh -c #(nop)  CMD ["bash"]' },
      {
        instruction: 'RUN /bin/sh -c pip install planted==1.26.12 # buildkit',
        files: [
          python(`${SITE}/planted-1.26.12.dist-info`, 'planted', '1.26.12'),
          python(`${SITE}/Planted.Name-1.0.dist-info`, 'Planted.Name', '1.0'),
        ],
      },
      {
        instruction: 'COPY node_modules /app/node_modules # buildkit',
        files: [
          npm('app', 'nested', '4.17.15'),
          npm('app/node_modules/fresh', 'nested', '4.17.21'),
          npm('app', 'fresh', '1.0.0'),
          npm('app', '@planted/inclusive', '1.5.0'),
          npm('app', 'early', '2.0.0-rc.1'),
          npm('app', 'listed', '1.1.0'),
          npm('app', 'limited', '1.2.0'),
          npm('app', 'related', '1.0.0'),
        ],
      },
      {
        instruction: 'COPY server /usr/local/bin/server # buildkit',
        files: [{ name: 'usr/local/bin/server', mode: 0o755, body: goProgram('go1.21.3', MODULES) }],
      },
    ],
  });
}
