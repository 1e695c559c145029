import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Problem } from '#core/errors.ts';
import type { OsRelease } from '#inventory/package.ts';
import { osRelease } from './index.ts';
import { pickOs } from './pick-os.ts';

function catalog(
  text: string,
  path = 'etc/os-release',
): { release: OsRelease | undefined; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const context = { beside: () => undefined, problem: (problem: Problem) => problems.push(problem) };
  const items = [...osRelease.catalog({ path, mode: 0o644, bytes: Buffer.from(text) }, context)];
  const [item] = items;
  return { release: item?.kind === 'os' ? item.release : undefined, problems };
}

const release = (text: string, path?: string) => catalog(text, path).release;

describe('os-release', () => {
  test('gives id, version, name, codename and what it derives from', () => {
    const text = `PRETTY_NAME="Linux Mint 21.3"
NAME="Linux Mint"
VERSION_ID="21.3"
VERSION_CODENAME=virginia
ID=linuxmint
ID_LIKE="ubuntu debian"
HOME_URL="https://example.org/"
`;
    expect(release(text)).toEqual({
      id: 'linuxmint',
      versionId: '21.3',
      name: 'Linux Mint 21.3',
      codename: 'virginia',
      idLike: ['ubuntu', 'debian'],
    });
  });

  test('of a rolling release has an empty version', () => {
    expect(release('NAME=Arch\nID=arch\n')).toEqual({ id: 'arch', versionId: '', name: 'Arch', idLike: [] });
  });

  test('with a name alone is linux, as the manual says', () => {
    expect(release('NAME=Something\n')).toMatchObject({ id: 'linux', name: 'Something' });
  });

  test.each([
    [`"a b"`, 'a b'],
    [`'a "b" \\$c'`, 'a "b" \\$c'],
    [`"a \\"b\\" \\$c \\\`d\\\` \\\\e \\f"`, 'a "b" $c `d` \\e \\f'],
    [`a\\ b`, 'a b'],
    ['unquoted words', 'unquoted words'],
    [`"unclosed`, 'unclosed'],
    [`"a"'b'c`, 'abc'],
    ['  "x"  \r', 'x'],
    ['$HOME', '$HOME'],
    [`"tab\tand\u001b[31m colour"`, 'taband[31m colour'],
  ])('takes %s as a shell would', (written, plain) => {
    expect(release(`ID=x\nNAME=${written}\n`)?.name).toBe(plain);
  });

  test('takes the last of several, and no comments', () => {
    expect(release('ID=a\n#ID=b\nID=c\n ID_LIKE = d\n')).toMatchObject({ id: 'c', idLike: [] });
  });

  test('that names nothing is a problem', () => {
    expect(catalog('HOME_URL=x\n')).toMatchObject({
      release: undefined,
      problems: [{ code: 'OS_RELEASE_UNREADABLE', path: 'etc/os-release' }],
    });
  });

  test('of any text never throws', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom('ID=', 'NAME="', "'", '\\', '\n', '=', '"'), fc.string())),
        (parts) => {
          const found = catalog(parts.join(''));
          expect(found.release === undefined).toBe(found.problems.length === 1);
        },
      ),
    );
  });
});

describe('a relative of os-release', () => {
  test.each([
    ['etc/alpine-release', '3.19.1\n', { id: 'alpine', versionId: '3.19.1', name: 'Alpine Linux v3.19' }],
    ['etc/alpine-release', '3.21.0_alpha20240923\n', { id: 'alpine', name: 'Alpine Linux edge' }],
    ['etc/debian_version', '12.5\n', { id: 'debian', versionId: '12' }],
    ['etc/debian_version', 'trixie/sid\n', { id: 'debian', versionId: '', name: 'Debian GNU/Linux trixie/sid' }],
    ['etc/redhat-release', 'Red Hat Enterprise Linux Server release 7.9 (Maipo)\n', { id: 'rhel', versionId: '7.9' }],
    ['etc/centos-release', 'CentOS Linux release 7.9.2009 (Core)\n', { id: 'centos', versionId: '7' }],
    ['etc/rocky-release', 'Rocky Linux release 9.3 (Blue Onyx)\n', { id: 'rocky', versionId: '9.3' }],
    ['etc/system-release', 'Amazon Linux release 2 (Karoo)\n', { id: 'amzn', versionId: '2' }],
    [
      'etc/redhat-release',
      'Scientific Linux release 7.9 (Nitrogen)\n',
      { id: 'linux', name: 'Scientific Linux release 7.9 (Nitrogen)' },
    ],
    [
      'etc/lsb-release',
      'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_CODENAME=jammy\nDISTRIB_DESCRIPTION="Ubuntu 22.04.4 LTS"\n',
      { id: 'ubuntu', versionId: '22.04', codename: 'jammy', name: 'Ubuntu 22.04.4 LTS' },
    ],
  ])('%s of %j', (path, text, expected) => {
    expect(release(text, path)).toMatchObject(expected);
  });

  test.each(['etc/lsb-release', 'etc/alpine-release', 'etc/debian_version', 'etc/redhat-release'])(
    'that says nothing is no problem: %s',
    (path) => {
      expect(catalog('\n', path)).toEqual({ release: undefined, problems: [] });
    },
  );
});

describe('of several files', () => {
  const named = (path: string) => ({ path, release: { id: path, versionId: '', name: path, idLike: [] } });

  test.each([
    [['etc/debian_version', 'usr/lib/os-release', 'etc/os-release'], 'etc/os-release'],
    [['etc/debian_version', 'etc/lsb-release', 'usr/lib/os-release'], 'usr/lib/os-release'],
    [['etc/debian_version', 'etc/lsb-release'], 'etc/lsb-release'],
    [['etc/redhat-release', 'etc/oracle-release'], 'etc/oracle-release'],
  ])('%j, %s counts', (paths, expected) => {
    expect(pickOs(paths.map(named))?.id).toBe(expected);
  });

  test('none counts when there is none, or it is somewhere else', () => {
    expect(pickOs([])).toBeUndefined();
    expect(pickOs([named('srv/etc/os-release')])).toBeUndefined();
  });
});
