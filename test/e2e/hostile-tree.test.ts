import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScanReport } from '#api/scan-report.ts';
import { expectDecent, expectProblems } from '../harness/expect-ran.ts';
import { type Bench, type Ran, type RunOptions, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const STATUS = 'Package: planted\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n\n';

let bench: Bench;
beforeAll(() => {
  bench = startBench();
});
// rmSync cannot take away what has longer paths than the system takes.
afterAll(() => void execFileSync('rm', ['-rf', bench.directory]));

/** A directory with these files. */
function tree(files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(bench.path('tree-'));
  const all = { 'etc/os-release': 'ID=debian\nVERSION_ID=12\nPRETTY_NAME=Debian\n', ...files };
  for (const [path, body] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), body);
  }
  return root;
}

async function scan(root: string, options: RunOptions = {}): Promise<Ran> {
  const ran = await bench.run(['scan', `rootfs:${root}`, '--format', 'json', '--files'], options);
  expectDecent(ran);
  return ran;
}
const names = ({ packages }: ScanReport) => packages.map(({ name }) => name);

describe('directory trees', () => {
  test('links that lead out are not followed', async () => {
    const outside = tree({ 'var/lib/dpkg/status': STATUS, 'bin/tool': '#!' });
    chmodSync(join(outside, 'bin/tool'), 0o755);
    const root = tree({ 'opt/here': '' });
    mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
    symlinkSync(join(outside, 'var/lib/dpkg/status'), join(root, 'var/lib/dpkg/status'));
    symlinkSync('../../../../../../../../../../etc', join(root, 'opt/etc'));
    symlinkSync(outside, join(root, 'outside'));
    symlinkSync('.', join(root, 'circle'));
    symlinkSync(join(outside, 'bin/tool'), join(root, 'tool'));
    const report = expectProblems(await scan(root), []);
    expect(names(report)).toEqual([]);
    expect(report.executables).toEqual([]);
  });

  test('a link as the target itself is the directory that it leads to', async () => {
    const root = tree({ 'var/lib/dpkg/status': STATUS });
    symlinkSync(root, bench.path('link-to-tree'));
    expect(names(expectProblems(await scan(bench.path('link-to-tree')), []))).toEqual(['planted']);
  });

  test('pipes in the places of databases do not stop it', async () => {
    const root = tree();
    mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
    mkdirSync(join(root, 'app/node_modules/x'), { recursive: true });
    for (const path of ['var/lib/dpkg/status', 'app/node_modules/x/package.json']) {
      execFileSync('mkfifo', [join(root, path)]);
    }
    expect(names(expectProblems(await scan(root), []))).toEqual([]);
  });

  test('a database of 10 GB of nothing is a problem', async () => {
    const root = tree({
      'var/lib/dpkg/status': '',
      'app/node_modules/a/package.json': '{"name":"a","version":"1.0.0"}',
    });
    truncateSync(join(root, 'var/lib/dpkg/status'), 10 * 1024 ** 3);
    const ran = await scan(root);
    const report: ScanReport = JSON.parse(ran.stdout);
    expect(ran.code).toBe(0);
    expect(report.problems).toMatchObject([{ path: 'var/lib/dpkg/status' }]);
    expect(names(report)).toEqual(['a']);
  });

  test('names of any bytes', async () => {
    const root = tree({ 'var/lib/dpkg/status': STATUS });
    const odd = [
      Buffer.from('new\nline'),
      Buffer.from('\x1b[2J'),
      Buffer.from([0xff, 0xfe, 0x41]),
      Buffer.from('ü'.repeat(120)),
    ];
    for (const name of odd) writeFileSync(Buffer.concat([Buffer.from(`${root}/`), name]), '', { mode: 0o755 });
    const report = expectProblems(await scan(root), []);
    expect(names(report)).toEqual(['planted']);
    expect(report.executables).toHaveLength(4);
    const table = await bench.run(['scan', `rootfs:${root}`, '--files']);
    expect(table.stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });

  test('directories nested deeper than paths may be long', async () => {
    const root = tree({ 'var/lib/dpkg/status': STATUS });
    const dig = 'for (let depth = 0; depth < 3000; depth += 1) { fs.mkdirSync("deeper"); process.chdir("deeper"); }';
    execFileSync(process.execPath, ['-e', dig], { cwd: root });
    const ran = await scan(root);
    expect(names(expectProblems(ran, ['FILE_UNREADABLE']))).toEqual(['planted']);
  });
});

const MAY_READ_ALL = process.getuid?.() === 0;
const asNobody = MAY_READ_ALL ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];
needs(...(MAY_READ_ALL ? ['setpriv'] : []))('files that may not be read', () => {
  test('are problems, and the rest is read', async () => {
    const root = tree({
      'var/lib/dpkg/status': STATUS,
      'app/node_modules/a/package.json': '{"name":"a","version":"1.0.0"}',
      'closed/node_modules/b/package.json': '{"name":"b","version":"1.0.0"}',
      'not-wanted': 'of no interest',
    });
    for (const path of ['app/node_modules/a/package.json', 'closed', 'not-wanted']) chmodSync(join(root, path), 0);
    const report = expectProblems(await scan(root, { through: asNobody }), ['FILE_UNREADABLE']);
    expect(report.problems.map(({ path }) => path)).toEqual(['app/node_modules/a/package.json', 'closed']);
    expect(names(report)).toEqual(['planted']);
    const table = await bench.run(['scan', `rootfs:${root}`], { through: asNobody });
    expect(table.stdout).toContain('Problems: what could not be read is not known to be clean');
    expect(table.stdout).toContain('2 problems while reading');
  });

  test('a root that cannot be read is no empty one', async () => {
    const root = tree();
    chmodSync(root, 0);
    const ran = await bench.run(['scan', `rootfs:${root}`, '--format', 'json'], { through: asNobody });
    chmodSync(root, 0o700);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^holdfast: .*\[FILE_UNREADABLE\]\n {2}\S/);
  });
});
