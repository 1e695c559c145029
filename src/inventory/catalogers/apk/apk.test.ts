import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Problem } from '#core/errors.ts';
import type { Item } from '#inventory/package.ts';
import { apk } from './index.ts';

function catalog(
  text: string,
  path = 'lib/apk/db/installed',
): { items: readonly Item[]; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const context = { beside: () => undefined, problem: (problem: Problem) => problems.push(problem) };
  return { items: [...apk.catalog({ path, mode: 0o644, bytes: Buffer.from(text) }, context)], problems };
}

const MUSL = `C:Q1abc=
P:musl
V:1.2.4_git20230717-r4
A:x86_64
S:402
I:667648
T:the musl c library
U:https://musl.libc.org/
L:MIT
o:musl
m:A. Packager <a@example.org>
t:1700000000
c:0123456789abcdef
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1def=
R:libc.musl-x86_64.so.1
F:usr
F:usr/lib
`;
const LIBCRYPTO = `P:libcrypto3
V:3.1.4-r5
A:x86_64
L:Apache-2.0
o:openssl
F:etc/ssl
M:0:0:755
R:ct log.cnf
F:
R:top
`;

describe("apk's list of installed packages", () => {
  test('gives packages with their origin, and the files they own', () => {
    expect(catalog(`${MUSL}\n${LIBCRYPTO}\n`)).toEqual({
      problems: [],
      items: [
        {
          kind: 'package',
          package: {
            type: 'apk',
            name: 'musl',
            version: '1.2.4_git20230717-r4',
            architecture: 'x86_64',
            source: { name: 'musl', version: '1.2.4_git20230717-r4' },
            licences: ['MIT'],
            vendor: 'A. Packager <a@example.org>',
            evidence: 'installed',
          },
        },
        { kind: 'files', package: 'musl', paths: 'lib/ld-musl-x86_64.so.1\nlib/libc.musl-x86_64.so.1' },
        {
          kind: 'package',
          package: {
            type: 'apk',
            name: 'libcrypto3',
            version: '3.1.4-r5',
            architecture: 'x86_64',
            source: { name: 'openssl', version: '3.1.4-r5' },
            licences: ['Apache-2.0'],
            evidence: 'installed',
          },
        },
        { kind: 'files', package: 'libcrypto3', paths: 'etc/ssl/ct log.cnf\ntop' },
      ],
    });
  });

  test('may have line ends of Windows, no last line end, and several empty lines between', () => {
    const plain = catalog(`${MUSL}\n${LIBCRYPTO}`);
    expect(catalog(`\n\n${MUSL}\n\n\n${LIBCRYPTO}`.trimEnd())).toEqual(plain);
    expect(catalog(`${MUSL}\n${LIBCRYPTO}`.replaceAll('\n', '\r\n'))).toEqual(plain);
  });

  test('without origin or licence gives the package as its own source', () => {
    expect(catalog('P:.build-deps\nV:20240101.120000\n').items).toEqual([
      {
        kind: 'package',
        package: {
          type: 'apk',
          name: '.build-deps',
          version: '20240101.120000',
          source: { name: '.build-deps', version: '20240101.120000' },
          licences: [],
          evidence: 'installed',
        },
      },
    ]);
  });

  test('with damaged packages gives the others and says where', () => {
    const { items, problems } = catalog(`P:a\n\nV:1\nthis is nothing\n\n${LIBCRYPTO}`);
    expect(items).toMatchObject([{ package: { name: 'libcrypto3' } }, { kind: 'files' }]);
    expect(problems).toMatchObject([
      {
        code: 'APK_DAMAGED',
        path: 'lib/apk/db/installed',
        message: 'The list of installed packages is damaged at 2 packages, first: a without a version',
      },
    ]);
  });

  test('with enormous lines keeps to its limits', () => {
    const { items, problems } = catalog(`P:a\nV:1\nL:${'x'.repeat(1e6)}\nR:${'y'.repeat(1e6)}\nR:b\n`);
    expect(items).toMatchObject([{ package: { name: 'a', licences: [] } }, { paths: 'b' }]);
    expect(problems).toMatchObject([{ code: 'APK_DAMAGED' }]);
  });

  test('of any text never throws, and says when it leaves something out', () => {
    const line = fc.constantFrom('P:a', 'V:1', 'V:', 'P:', 'F:usr', 'R:b', 'o:c', '', 'x', ':', 'P', '\r', 'L:MIT\r');
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 60 }), (lines) => {
        const { items, problems } = catalog(lines.join('\n'));
        const stanzas = lines
          .join('\n')
          .split(/\n\r?\n/)
          .filter((text) => text.trim() !== '').length;
        const packages = items.filter(({ kind }) => kind === 'package').length;
        expect(packages).toBeLessThanOrEqual(lines.length);
        if (packages === 0 && stanzas > 0) expect(problems).toHaveLength(1);
      }),
    );
  });
});

describe('the repositories in use', () => {
  const branches = (text: string) => catalog(text, 'etc/apk/repositories').items;

  test('are named by their branches', () => {
    const text =
      'https://dl-cdn.alpinelinux.org/alpine/v3.19/main\nhttps://dl-cdn.alpinelinux.org/alpine/v3.19/community\n';
    expect(branches(text)).toEqual([{ kind: 'repositories', branches: ['v3.19'] }]);
  });

  test.each([
    ['http://mirror.example/alpine/edge/testing', ['edge']],
    ['https://mirror.example/cache/v3.20/main\r\n/media/cdrom/apks\n', ['v3.20']],
    ['/srv/alpine/latest-stable/main', ['latest-stable']],
    ['https://a.example/alpine/v3.18/main\nhttps://a.example/alpine/edge/testing', ['v3.18', 'edge']],
    ['ndx https://a.example/alpine/v3.22 main community', ['v3.22']],
  ])('%j', (text, expected) => {
    expect(branches(text)).toEqual([{ kind: 'repositories', branches: expected }]);
  });

  test.each([
    ['commented out', '#https://a.example/alpine/edge/main'],
    ['tagged, so that nothing comes from them unasked', '@edge https://a.example/alpine/edge/main'],
    ['of others', 'https://packages.wolfi.dev/os\nhttps://a.example/v1.2/mine'],
  ])('do not count when they are %s', (_, text) => {
    expect(branches(text)).toEqual([]);
  });
});
