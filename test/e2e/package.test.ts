import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packHoldfast } from '../harness/packed.ts';

const { version }: { version: string } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
);

describe('the packed tarball', () => {
  let scratch = '';
  let installed = '';

  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'holdfast-package-'));
    const tarball = packHoldfast(scratch);
    // Offline and with an empty cache: it must bring all it needs.
    const place = ['--prefix', join(scratch, 'prefix'), '--cache', join(scratch, 'npm-cache')];
    execFileSync('npm', ['install', '--global', '--offline', ...place, tarball], { cwd: scratch, stdio: 'pipe' });
    installed = join(scratch, 'prefix/lib/node_modules/holdfast');
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  /** Runs the installed command with nothing of this checkout in its environment. */
  function holdfast(...args: readonly string[]): string {
    const environment = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: join(scratch, 'home') };
    return execFileSync(join(scratch, 'prefix/bin/holdfast'), args, {
      cwd: scratch,
      env: environment,
      encoding: 'utf8',
    });
  }

  it('holds the program, its papers and nothing else', () => {
    expect(readdirSync(installed).sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json']);
    expect(
      readdirSync(join(installed, 'dist'), { recursive: true }).filter((name) => /\.tsx?$|test/.test(String(name))),
    ).toEqual([]);
  });

  it('installs no other package, and carries the licences of what it bundles', () => {
    expect(readdirSync(dirname(installed))).toEqual(['holdfast']);
    expect(existsSync(join(installed, 'node_modules'))).toBe(false);
    const notices = readFileSync(join(installed, 'dist/THIRD-PARTY.txt'), 'utf8');
    for (const name of ['commander', 'undici', 'zstddec']) expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });

  it('runs', () => {
    expect(holdfast('--version').trim()).toBe(version);
    expect(holdfast('--help')).toContain('scan');
  });

  it('scans without the checkout and without a network', () => {
    const root = join(scratch, 'root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
    writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n');
    writeFileSync(
      join(root, 'var/lib/dpkg/status'),
      'Package: planted\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.3-4\n\n',
    );
    const report = JSON.parse(holdfast('scan', `rootfs:${root}`, '--format', 'json'));
    expect(report.target.os).toMatchObject({ id: 'debian', versionId: '12' });
    expect(report.packages).toMatchObject([{ name: 'planted', version: '1:2.3-4', type: 'deb' }]);
  });
});
