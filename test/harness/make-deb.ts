import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Deb {
  /** `name version`. */
  readonly package: string;
  /** More fields of its control file. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly conffiles?: readonly string[];
}

/** The bytes of a Debian package, made with dpkg-deb in `scratch`. */
export function makeDeb(scratch: string, { package: named, fields = {}, files = {}, conffiles = [] }: Deb): Buffer {
  const [name = '', version = ''] = named.split(' ');
  const root = join(scratch, `${name}-${version}`);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const control = {
    Package: name,
    Version: version,
    Architecture: 'all',
    Maintainer: 'Tests <tests@example.org>',
    Description: 'made for a test',
    ...fields,
  };
  const lines = Object.entries(control).map(([key, value]) => `${key}: ${value}\n`);
  write('DEBIAN/control', lines.join(''));
  if (conffiles.length > 0) write('DEBIAN/conffiles', conffiles.map((path) => `${path}\n`).join(''));
  for (const [path, text] of Object.entries(files)) write(path, text);
  const deb = `${root}.deb`;
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', root, deb], { stdio: 'pipe' });
  rmSync(root, { recursive: true });
  return readFileSync(deb);
}
