import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildImage } from '../harness/build-image.ts';
import { minimalDebian } from '../harness/debian-files.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { packHoldfast } from '../harness/packed.ts';
import { needs } from '../harness/skip.ts';

const ROOT = join(import.meta.dirname, '../..');
const { version }: { version: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const LOCKED_DOWN = ['--rm', '--network', 'none', '--read-only', '--user', '65532', '--cap-drop', 'ALL'];

needs('engine', 'mmdebstrap')('the container image', () => {
  let scratch = '';
  let engine: Engine | undefined;

  const docker = (...args: readonly string[]): Promise<string> => {
    if (engine === undefined) throw new Error('the engine did not start');
    return engine.docker(...args);
  };

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'holdfast-image-'));
    const context = join(scratch, 'context');
    mkdirSync(context);
    packHoldfast(context);
    copyFileSync(join(ROOT, 'deploy/container/Dockerfile'), join(context, 'Dockerfile'));
    engine = await startEngine();
    // A base as a registry would give it: Debian with a node on its PATH.
    await docker('import', minimalDebian(), 'debian');
    const node = readFileSync(process.execPath);
    const lines = ['FROM debian', 'COPY node /usr/local/bin/', 'RUN chmod 755 /usr/local/bin/node'];
    await buildImage(engine, 'base-with-node', lines, { node });
    await docker('build', '--network', 'none', '--build-arg', 'BASE=base-with-node', '--tag', 'holdfast', context);
  });
  afterAll(async () => {
    await engine?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('is not root, and says what it is', async () => {
    const [image] = JSON.parse(await docker('image', 'inspect', 'holdfast'));
    expect(image.Config.User).toBe('65532:65532');
    expect(image.Config.Labels).toMatchObject({ 'org.opencontainers.image.title': 'holdfast' });
  });

  it('runs without a network, a writable root, root itself or any capability', async () => {
    expect((await docker('run', ...LOCKED_DOWN, 'holdfast', '--version')).trim()).toBe(version);
  });

  it('brings a SQLite driver that works there', async () => {
    const script = `const Libsql = require('/opt/holdfast/node_modules/libsql');
      console.log(new Libsql(':memory:').prepare('SELECT 6 * 7 AS answer').all([])[0].answer)`;
    expect((await docker('run', ...LOCKED_DOWN, '--entrypoint', 'node', 'holdfast', '--eval', script)).trim()).toBe(
      '42',
    );
  });

  it('scans its own root filesystem that way', async () => {
    const report = JSON.parse(await docker('run', ...LOCKED_DOWN, 'holdfast', 'scan', 'rootfs:/', '--format', 'json'));
    expect(report.target.os.id).toBe('debian');
    const names: string[] = report.packages.map((found: { name: string }) => found.name);
    const installed = await docker('run', ...LOCKED_DOWN, '--entrypoint', 'dpkg-query', 'holdfast', '-W');
    const expected = installed
      .trim()
      .split('\n')
      .map((line) => line.replace(/[:\t].*/, ''));
    expect(expected.length).toBeGreaterThan(40);
    for (const name of expected) expect(names).toContain(name);
  });

  it('keeps its results in a cache that is mounted', async () => {
    const mounted = ['--volume', 'holdfast-cache:/cache'];
    await docker('run', ...LOCKED_DOWN, ...mounted, 'holdfast', 'scan', 'rootfs:/', '--format', 'json');
    const owner = await docker(
      'run',
      ...LOCKED_DOWN,
      ...mounted,
      '--entrypoint',
      'stat',
      'holdfast',
      '-c',
      '%u',
      '/cache',
    );
    expect(owner.trim()).toBe('65532');
  });
});
