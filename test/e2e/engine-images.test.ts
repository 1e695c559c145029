import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listRunningImages } from '#app/running/list-running.ts';
import { openContainer } from '#source/kinds/container/index.ts';
import { openEngineImage } from '#source/kinds/docker-engine/index.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Files, listFiles, readFiles } from '../harness/read-files.ts';
import { needs } from '../harness/skip.ts';

const LINES = [
  ...BASE_LINES,
  'RUN mkdir -p /etc/app /opt/a/b /opt/gone && echo one > /etc/app/one && echo two > /etc/app/two && echo x > /opt/a/b/x \
    && ln /etc/app/one /etc/app/hard && ln -s ../app/one /etc/app/soft && echo g > /opt/gone/g && mkfifo /etc/app/fifo \
    && touch "/etc/app/ümlaut & <b>" "$(printf "/etc/app/latin\\\\351")" && chmod 4755 /etc/app/two',
  'RUN rm /etc/app/two && echo three > /etc/app/three && chmod 755 /etc/app/three',
  // Opaque: made anew, so nothing of the layers below shows.
  'RUN rm -rf /opt/a /opt/gone && mkdir -p /opt/a/c && echo y > /opt/a/c/y',
  'RUN rm -rf "/opt/a" && mkdir -p "/opt/a/ä & <b>" && echo z > "/opt/a/ä & <b>/z" && rm /etc/app/soft && mkdir /etc/app/soft',
  'LABEL purpose=test',
];
/** What a container changes, each kind once. */
const CHANGES =
  'rm -rf /opt/a; mkdir /opt/a; echo new > /opt/a/new; rm /etc/app/one; echo z > /root-file; mkdir -p /fresh/dir; echo q > /fresh/dir/q; \
   rm -rf /etc/app/soft; echo file > /etc/app/soft; touch /done; exec sleep 1000';

needs(
  'engine',
  'busybox',
  'tar',
)('images of a real engine', () => {
  let engine: Engine;
  let environment: NodeJS.ProcessEnv;
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-export-'));

  async function exported(container: string): Promise<Files> {
    const [archive, directory] = [join(scratch, `${container}.tar`), mkdtempSync(join(scratch, 'root-'))];
    await engine.docker('export', '--output', archive, container);
    execFileSync('tar', ['--extract', '--file', archive, '--directory', directory]);
    return listFiles(directory);
  }

  beforeAll(async () => {
    engine = await startEngine();
    environment = { DOCKER_HOST: engine.dockerHost };
    await buildImage(engine, 'layers:1', LINES);
    const run = ['run', '--detach', '--network', 'none'];
    await engine.docker(...run, '--name', 'changed', 'layers:1', 'sh', '-c', CHANGES);
    await engine.docker(...run, '--name', 'untouched', 'layers:1', 'sleep', '1000');
    for (let tries = 0; tries < 100; tries += 1) {
      const done = await engine.docker('exec', 'changed', 'ls', '/done').catch(() => '');
      if (done !== '') break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  afterAll(async () => {
    rmSync(scratch, { recursive: true });
    await engine?.stop();
    expect(existsSync(engine.root)).toBe(false);
  });

  test('read in place and through the export, an image has the files that docker export shows', async () => {
    const inPlace = await readFiles(await openEngineImage('layers:1', { environment, verify: true }));
    const stream = await readFiles(await openEngineImage('layers:1', { environment, verify: true, exportOnly: true }));
    expect(inPlace.description.verified).toBe('engine');
    expect(stream.description.verified).toBe('digests');
    expect(stream.problems).toEqual([]);
    expect(inPlace.problems).toEqual([]);
    expect(inPlace.layers).toBe(6);
    expect(new Map([...inPlace.files].sort())).toEqual(new Map([...stream.files].sort()));
    // An engine counts files, an export has tars.
    const size = { bytes: expect.any(Number), of: 'unpacked' };
    expect({ ...inPlace.description, verified: '' }).toEqual({ ...stream.description, verified: '', size });
    expect(stream.description.size?.of).toBe('uncompressed');
    expect(inPlace.description.tags).toEqual(['layers:1']);
    expect(inPlace.files.get('opt/a/ä & <b>/z')).toMatch(/^file 644 2 /);
    expect([...inPlace.files.keys()].filter((path) => path.startsWith('opt/'))).toEqual([
      'opt/a',
      'opt/a/ä & <b>',
      'opt/a/ä & <b>/z',
    ]);
    expect(inPlace.files.get('etc/app/latin\ufffd')).toMatch(/^file 644 0 /);
    await engine.docker('create', '--name', 'created', 'layers:1', 'sh');
    const expected = new Map(await exported('created'));
    // What the engine puts into every container; a fifo is not extracted from an export, nor compared.
    for (const path of ['.dockerenv', 'dev', 'dev/console', 'dev/pts', 'dev/shm', 'proc', 'sys']) expected.delete(path);
    for (const path of ['etc/hostname', 'etc/hosts', 'etc/mtab', 'etc/resolv.conf']) expected.delete(path);
    expect(new Map([...inPlace.files].sort())).toEqual(new Map([...expected].sort()));
  });

  test('a container has the files that docker export shows, with what it wrote and deleted', async () => {
    for (const name of ['changed', 'untouched']) {
      const inPlace = await readFiles(await openContainer(name, { environment, verify: true }));
      const stream = await readFiles(await openContainer(name, { environment, verify: true, exportOnly: true }));
      const expected = new Map([...(await exported(name))].sort());
      expect(new Map([...inPlace.files].sort())).toEqual(expected);
      expect(new Map([...stream.files].sort())).toEqual(expected);
      expect(inPlace.layers).toBe(8);
      expect(stream.layers).toBe(1);
      expect(inPlace.description.verified).toBe('engine');
      expect(stream.description.verified).toBe('engine');
      expect(inPlace.description.reference).toBe(`${name} (layers:1)`);
      expect(inPlace.description.imageId).toBe(stream.description.imageId);
      expect(inPlace.problems).toEqual([]);
    }
  });

  test('a moved tag does not change which image a container is said to run', async () => {
    const before = await listRunningImages(environment);
    expect(before).toHaveLength(1);
    expect(before[0]?.references).toEqual(['layers:1']);
    expect(before[0]?.containers.map(({ name }) => name)).toEqual(['changed', 'untouched']);
    await buildImage(engine, 'other:1', [...BASE_LINES, 'RUN touch /other']);
    await engine.docker('tag', 'other:1', 'layers:1');
    try {
      await engine.docker('run', '--detach', '--network', 'none', '--name', 'newer', 'layers:1', 'sleep', '1000');
      const after = await listRunningImages(environment);
      expect(after.map(({ containers }) => containers.map(({ name }) => name)).sort()).toEqual([
        ['changed', 'untouched'],
        ['newer'],
      ]);
      expect(new Set(after.map(({ imageId }) => imageId)).size).toBe(2);
      const container = await readFiles(await openContainer('untouched', { environment, verify: true }));
      expect(container.description.imageId).toBe(before[0]?.imageId);
      expect(container.files.has('other')).toBe(false);
    } finally {
      await engine.docker('tag', String(before[0]?.imageId), 'layers:1');
      await engine.docker('rm', '--force', 'newer');
    }
  });

  test('names that the engine does not have, and platforms, are errors', async () => {
    const open = (name: string, more = {}) => openEngineImage(name, { environment, verify: true, ...more });
    await expect(open('absent:1')).rejects.toMatchObject({ code: 'ENGINE_IMAGE_NOT_FOUND' });
    await expect(open('../info')).rejects.toMatchObject({ code: 'REFERENCE_INVALID' });
    const platform = { os: 'linux', architecture: 's390x' };
    await expect(open('layers:1', { platform })).rejects.toMatchObject({
      code: 'PLATFORM_NOT_FOUND',
      message: expect.stringContaining('linux/amd64'),
    });
    const absent = openContainer('absent', { environment, verify: true });
    await expect(absent).rejects.toMatchObject({ code: 'ENGINE_CONTAINER_NOT_FOUND' });
    await expect(openContainer('..', { environment, verify: true })).rejects.toMatchObject({
      code: 'CONTAINER_INVALID',
    });
  });

  test('an image that is removed meanwhile is an error, not half an image', async () => {
    await buildImage(engine, 'removed:1', [...BASE_LINES, 'RUN touch /removed']);
    const image = await openEngineImage('removed:1', { environment, verify: true });
    await engine.docker('rmi', 'removed:1');
    await expect(readFiles(image)).rejects.toMatchObject({ code: 'ENGINE_IMAGE_NOT_FOUND' });
  });

  test('a user who may not talk to the engine is told so', async () => {
    process.seteuid?.(65_534);
    try {
      await expect(openEngineImage('layers:1', { environment, verify: true })).rejects.toMatchObject({
        code: 'ENGINE_DENIED',
      });
    } finally {
      process.seteuid?.(0);
    }
  });

  test("without access to the engine's directories its images come through the export", async () => {
    const { gid } = statSync(engine.socket);
    // The socket is the engine's root's; its directory and its group let this user through to it, not to the data.
    chmodSync(dirname(engine.socket), 0o711);
    chmodSync(engine.socket, 0o666);
    process.setegid?.(gid);
    process.seteuid?.(65_534);
    try {
      const image = await readFiles(await openEngineImage('layers:1', { environment, verify: true }));
      expect(image.description.verified).toBe('digests');
      expect(image.layers).toBe(6);
      const container = await readFiles(await openContainer('changed', { environment, verify: true }));
      expect(container.layers).toBe(1);
      expect(container.files.get('opt/a/new')).toMatch(/^file 644 4 /);
    } finally {
      process.seteuid?.(0);
    }
  });
});
