import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { podmanContainerLayers, readPodmanImage } from '#base/engine/storage/podman.ts';
import { type Digest, parseDigest } from '#core/digest.ts';

const hex = (text: string) => createHash('sha256').update(text).digest('hex');
const names = ['one', 'two', 'three'];
const diffIds = names.map((name) => `sha256:${hex(`diff ${name}`)}`);
const unreadable = expect.objectContaining({ code: 'ENGINE_STORAGE_UNREADABLE' });

let root: string;
let id: Digest;

interface Row {
  id: string;
  parent?: string;
  'diff-digest'?: string;
  flags?: Record<string, unknown>;
}
let rows: Row[];
const writeRows = () => writeFileSync(join(root, 'overlay-layers/layers.json'), JSON.stringify(rows));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-podman-'));
  for (const name of ['overlay-images', 'overlay-layers', 'overlay-containers']) mkdirSync(join(root, name));
  const config = JSON.stringify({ os: 'linux', architecture: 'arm64', rootfs: { type: 'layers', diff_ids: diffIds } });
  id = parseDigest(`sha256:${hex(config)}`);
  mkdirSync(join(root, 'overlay-images', id.slice(7)));
  writeFileSync(join(root, 'overlay-images', id.slice(7), `=${Buffer.from(id).toString('base64')}`), config);
  const images = [{ id: hex('other') }, { id: id.slice(7), layer: hex('three'), names: ['localhost/x:1'] }];
  writeFileSync(join(root, 'overlay-images/images.json'), JSON.stringify(images));
  rows = names.map((name, index) => ({
    id: hex(name),
    ...(index === 0 ? {} : { parent: hex(String(names[index - 1])) }),
    'diff-digest': String(diffIds[index]),
  }));
  writeRows();
  for (const name of names) {
    mkdirSync(join(root, 'overlay', hex(name), 'diff'), { recursive: true });
    writeFileSync(join(root, 'overlay-layers', `${hex(name)}.tar-split.gz`), '');
  }
});
afterEach(() => rmSync(root, { recursive: true }));

test('finds configuration and layers from the image up to its lowest layer', () => {
  const { config, layers } = readPodmanImage(root, id);
  expect(JSON.parse(config.toString())).toMatchObject({ architecture: 'arm64' });
  expect(layers.map(({ diffId }) => diffId)).toEqual(diffIds);
  expect(layers.map(({ directory }) => directory)).toEqual(
    names.map((name) => join(root, 'overlay', hex(name), 'diff')),
  );
  expect(layers.map(({ record }) => record)).toEqual(
    names.map((name) => join(root, 'overlay-layers', `${hex(name)}.tar-split.gz`)),
  );
  for (const { confirm } of layers) confirm();
});

test('what does not fit together is not believed', () => {
  const changes: ((row: Row) => void)[] = [
    (row) => {
      row['diff-digest'] = String(diffIds[0]);
    },
    (row) => {
      row.flags = { incomplete: true };
    },
    (row) => {
      row.parent = hex('absent');
    },
    (row) => {
      row.parent = '../../etc';
    },
    (row) => {
      row.id = '../../etc';
    },
  ];
  for (const change of changes) {
    rows = names.map((name, index) => ({
      id: hex(name),
      ...(index === 0 ? {} : { parent: hex(String(names[index - 1])) }),
      'diff-digest': String(diffIds[index]),
    }));
    if (rows[1] !== undefined) change(rows[1]);
    writeRows();
    expect(() => readPodmanImage(root, id)).toThrow(unreadable);
  }
});

test('a layer that is being removed, and one more than the configuration lists, are refused', () => {
  const { layers } = readPodmanImage(root, id);
  rows[2] = { ...rows[2], id: hex('three'), flags: { incomplete: true } };
  writeRows();
  expect(() => layers[2]?.confirm()).toThrow(unreadable);
  rows = [...rows.map((row) => (row.parent === undefined ? { ...row, parent: hex('zero') } : row))];
  writeRows();
  expect(() => readPodmanImage(root, id)).toThrow(unreadable);
});

test('files that are no lists are refused', () => {
  for (const text of ['', '{', '{}', 'null', '"x"']) {
    writeFileSync(join(root, 'overlay-layers/layers.json'), text);
    expect(() => readPodmanImage(root, id)).toThrow(unreadable);
  }
});

test("a container's layer is found by its id", () => {
  const index = join(root, 'overlay-containers/containers.json');
  writeFileSync(
    index,
    JSON.stringify([
      { id: hex('c'), layer: hex('three') },
      { id: hex('odd'), layer: '../x' },
    ]),
  );
  const layers = podmanContainerLayers(root, hex('c'));
  expect(layers.directories).toEqual([join(root, 'overlay', hex('three'), 'diff')]);
  expect(() => podmanContainerLayers(root, hex('absent'))).toThrow(unreadable);
  expect(() => podmanContainerLayers(root, hex('odd'))).toThrow(unreadable);
  writeFileSync(index, '[]');
  expect(() => layers.confirm()).toThrow(unreadable);
});
