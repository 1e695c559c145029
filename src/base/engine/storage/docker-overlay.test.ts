import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dockerContainerLayers, readDockerImage } from '#base/engine/storage/docker-overlay.ts';
import { type Digest, parseDigest } from '#core/digest.ts';

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
const hex = (text: string) => sha256(text);

let root: string;
let id: Digest;
const diffIds = ['one', 'two', 'three'].map((name) => `sha256:${hex(name)}`);
const chains: string[] = [];
for (const diffId of diffIds) chains.push(chains.length === 0 ? diffId : `sha256:${hex(`${chains.at(-1)} ${diffId}`)}`);
const layerdb = (index: number) => join(root, 'image/overlay2/layerdb/sha256', String(chains[index]).slice(7));
const configPath = () => join(root, 'image/overlay2/imagedb/content/sha256', id.slice(7));

function put(path: string, content: string | Buffer): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-docker-'));
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: diffIds } });
  id = parseDigest(`sha256:${sha256(config)}`);
  put(configPath(), config);
  for (const [index, diffId] of diffIds.entries()) {
    put(join(layerdb(index), 'diff'), diffId);
    put(join(layerdb(index), 'cache-id'), hex(`cache ${index}`));
    put(join(layerdb(index), 'tar-split.json.gz'), '');
    mkdirSync(join(root, 'overlay2', hex(`cache ${index}`), 'diff'), { recursive: true });
  }
});
afterEach(() => rmSync(root, { recursive: true }));

const unreadable = expect.objectContaining({ code: 'ENGINE_STORAGE_UNREADABLE' });

test('finds configuration and layers by their digests, bottom first', () => {
  const { config, layers } = readDockerImage(root, id);
  expect(JSON.parse(config.toString())).toMatchObject({ architecture: 'amd64' });
  expect(layers.map(({ diffId }) => diffId)).toEqual(diffIds);
  expect(layers.map(({ directory }) => directory)).toEqual(
    [0, 1, 2].map((index) => join(root, 'overlay2', hex(`cache ${index}`), 'diff')),
  );
  expect(layers.map(({ record }) => record)).toEqual(
    [0, 1, 2].map((index) => join(layerdb(index), 'tar-split.json.gz')),
  );
  for (const { confirm } of layers) confirm();
});

test('a configuration that does not have the digest of its name is not believed', () => {
  writeFileSync(configPath(), '{"rootfs":{"diff_ids":[]}}');
  expect(() => readDockerImage(root, id)).toThrow(unreadable);
});

test('a layer that is recorded with another diffID is not believed', () => {
  writeFileSync(join(layerdb(1), 'diff'), String(diffIds[0]));
  expect(() => readDockerImage(root, id)).toThrow(unreadable);
});

test('a record that names anything but a directory of the engine is not followed', () => {
  for (const name of ['', '..', '../../etc', '/etc', `${hex('cache 1')}/..`, hex('absent'), hex('x').toUpperCase()]) {
    writeFileSync(join(layerdb(1), 'cache-id'), name);
    expect(() => readDockerImage(root, id)).toThrow(unreadable);
  }
});

test('links in the place of files and directories are not followed', () => {
  const diff = join(root, 'overlay2', hex('cache 1'), 'diff');
  rmSync(diff, { recursive: true });
  symlinkSync('/etc', diff);
  expect(() => readDockerImage(root, id)).toThrow(unreadable);
  rmSync(diff);
  mkdirSync(diff);
  renameSync(join(layerdb(1), 'diff'), join(root, 'moved'));
  symlinkSync(join(root, 'moved'), join(layerdb(1), 'diff'));
  expect(() => readDockerImage(root, id)).toThrow(unreadable);
});

test('a layer without a record of its archive is left to the export', () => {
  rmSync(join(layerdb(2), 'tar-split.json.gz'));
  expect(() => readDockerImage(root, id)).toThrow(unreadable);
});

test('an image or a root that is not there is said to be unreadable', () => {
  expect(() => readDockerImage(root, parseDigest(`sha256:${hex('absent')}`))).toThrow(unreadable);
  expect(() => readDockerImage(join(root, 'absent'), id)).toThrow(unreadable);
});

test('a layer whose removal has begun is not confirmed', () => {
  const { layers } = readDockerImage(root, id);
  renameSync(layerdb(1), `${layerdb(1)}-removing`);
  layers[0]?.confirm();
  expect(() => layers[1]?.confirm()).toThrow(unreadable);
});

test('a container has the directory of the engine and its own', () => {
  const container = hex('container');
  const mount = hex('mount');
  const record = join(root, 'image/overlay2/layerdb/mounts', container);
  put(join(record, 'mount-id'), mount);
  put(join(record, 'init-id'), `${mount}-init`);
  for (const name of [mount, `${mount}-init`]) mkdirSync(join(root, 'overlay2', name, 'diff'), { recursive: true });
  const layers = dockerContainerLayers(root, container);
  expect(layers.directories).toEqual([`${mount}-init`, mount].map((name) => join(root, 'overlay2', name, 'diff')));
  layers.confirm();
  for (const odd of ['..', '../mounts', container.slice(0, 12), hex('absent')]) {
    expect(() => dockerContainerLayers(root, odd)).toThrow(unreadable);
  }
  writeFileSync(join(record, 'init-id'), `${hex('other')}-init`);
  expect(() => dockerContainerLayers(root, container)).toThrow(unreadable);
  rmSync(record, { recursive: true });
  expect(() => layers.confirm()).toThrow(unreadable);
});
