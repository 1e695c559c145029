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
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md'];
    expect(readdirSync(installed).sort()).toEqual([...papers, 'dist', 'node_modules', 'package.json']);
    expect(
      readdirSync(join(installed, 'dist'), { recursive: true }).filter((name) => /\.tsx?$|test/.test(String(name))),
    ).toEqual([]);
  });

  it('installs no other package beside it, and carries the licences of what it bundles', () => {
    expect(readdirSync(dirname(installed))).toEqual(['holdfast']);
    // SQLite's driver alone has a native part, and comes inside the tarball.
    expect(
      readdirSync(join(installed, 'node_modules'))
        .filter((name) => !name.startsWith('.'))
        .sort(),
    ).toEqual(['@libsql', '@neon-rs', 'libsql']);
    const notices = readFileSync(join(installed, 'dist/THIRD-PARTY.txt'), 'utf8');
    for (const name of ['commander', 'undici', 'zstddec']) expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });

  it('runs', () => {
    expect(holdfast('--version').trim()).toBe(version);
    expect(holdfast('--help')).toContain('scan');
  });

  it('brings a SQLite driver that works', () => {
    const database = join(scratch, 'driver.db');
    const script = `const Libsql = require('libsql'); new Libsql(process.argv[1]).exec('CREATE TABLE t(a)')`;
    execFileSync(process.execPath, ['--eval', script, database], { cwd: installed, stdio: 'pipe' });
    expect(existsSync(database)).toBe(true);
  });

  function plantRoot(): string {
    const root = join(scratch, 'root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
    writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n');
    writeFileSync(
      join(root, 'var/lib/dpkg/status'),
      'Package: planted\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.3-4\n\n',
    );
    return root;
  }

  it('scans without the checkout and without a network', () => {
    const report = JSON.parse(holdfast('scan', `rootfs:${plantRoot()}`, '--format', 'json'));
    expect(report.target.os).toMatchObject({ id: 'debian', versionId: '12' });
    expect(report.packages).toMatchObject([{ name: 'planted', version: '1:2.3-4', type: 'deb' }]);
  });

  it('scans where the native driver is missing', () => {
    rmSync(join(installed, 'node_modules'), { recursive: true });
    expect(JSON.parse(holdfast('scan', `rootfs:${plantRoot()}`, '--format', 'json')).packages).toHaveLength(1);
  });
});
