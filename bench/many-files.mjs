// Writes a docker-archive of five layers: a given root filesystem, and four of 50,000 files each, 5 GB in all.
// node bench/many-files.mjs BASE_LAYER.tar OUT.tar
//
// The same bytes at every run. One file in twenty is an installed npm package's manifest, one in ten is executable.

import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';

const LAYERS = 4;
const FILES_PER_LAYER = 50_000;
const TARGET_BYTES = 5_000_000_000;
const BLOCK = 512;
const TIME = 1_750_000_000;

const [base, out] = process.argv.slice(2);
if (base === undefined || out === undefined) {
  process.stderr.write('usage: many-files.mjs BASE_LAYER.tar OUT.tar\n');
  process.exit(2);
}

/** @param {number} size @returns {number} size in whole tar blocks */
const padded = (size) => Math.ceil(size / BLOCK) * BLOCK;

/**
 * A header of a file (POSIX ustar).
 * @param {string} name at most 100 bytes
 * @param {number} size @param {number} mode
 */
function header(name, size, mode) {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100);
  block.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
  block.write('0000000\x000000000\0', 108);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write(`${TIME.toString(8).padStart(11, '0')}\0`, 136);
  block.write('        0', 148);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** Noise to cut bodies from: xorshift32, so that nothing compresses and no two bodies are alike. */
const noise = Buffer.alloc(8 << 20);
let state = 0x9e3779b9;
/** @returns {number} 32 bits */
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}
for (let at = 0; at < noise.length; at += 4) noise.writeUInt32LE(random(), at);

/** @typedef {{ name: string, mode: number, body: Buffer }} File */

const room = TARGET_BYTES - statSync(base).size;
const meanBytes = Math.floor(room / (LAYERS * FILES_PER_LAYER)) - BLOCK;

/** @param {number} layer @param {number} index @returns {File} */
function file(layer, index) {
  const directory = `srv/layer${layer}/${String(Math.floor(index / 200)).padStart(3, '0')}`;
  if (index % 20 === 7) {
    const name = `package-${layer}-${index}`;
    const body = Buffer.from(
      `${JSON.stringify({ name, version: `1.${index % 40}.${layer}`, license: 'MIT' }, null, 2)}\n`,
    );
    return { name: `${directory}/node_modules/${name}/package.json`, mode: 0o644, body };
  }
  // Many small files and some large, with the mean kept: the sizes of a real tree are as skewed.
  const kind = random() % 100;
  const size = Math.round(meanBytes * (kind < 80 ? 0.3 : kind < 98 ? 1.6 : 26.5)) - (random() % 400);
  const from = random() % (noise.length - size);
  const executable = index % 10 === 3;
  return {
    name: `${directory}/file-${index}.${executable ? 'so' : 'bin'}`,
    mode: executable ? 0o755 : 0o644,
    body: noise.subarray(from, from + size),
  };
}

const fd = openSync(out, 'w');
let pending = /** @type {Buffer[]} */ ([]);
let pendingBytes = 0;
/** @param {Buffer} bytes */
function write(bytes) {
  pending.push(bytes);
  pendingBytes += bytes.length;
  if (pendingBytes > 4 << 20) flush();
}
function flush() {
  const bytes = Buffer.concat(pending);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  pending = [];
  pendingBytes = 0;
}
/** @param {string} name @param {Buffer} body */
function add(name, body) {
  write(header(name, body.length, 0o644));
  write(body);
  write(Buffer.alloc(padded(body.length) - body.length));
}

/** @type {{ path: string, diffId: string }[]} */
const layers = [];

{
  const hash = createHash('sha256');
  const size = statSync(base).size;
  const path = 'base/layer.tar';
  write(header(path, size, 0o644));
  const source = openSync(base, 'r');
  for (;;) {
    const chunk = Buffer.alloc(1 << 20);
    const read = readSync(source, chunk);
    if (read === 0) break;
    const bytes = chunk.subarray(0, read);
    hash.update(bytes);
    write(bytes);
  }
  closeSync(source);
  write(Buffer.alloc(padded(size) - size));
  layers.push({ path, diffId: `sha256:${hash.digest('hex')}` });
}

for (let layer = 1; layer <= LAYERS; layer += 1) {
  const files = Array.from({ length: FILES_PER_LAYER }, (_, index) => file(layer, index));
  const size = files.reduce((total, { body }) => total + BLOCK + padded(body.length), 2 * BLOCK);
  const path = `layer${layer}/layer.tar`;
  write(header(path, size, 0o644));
  const hash = createHash('sha256');
  /** @param {Buffer} bytes */
  const put = (bytes) => {
    hash.update(bytes);
    write(bytes);
  };
  for (const { name, mode, body } of files) {
    put(header(name, body.length, mode));
    put(body);
    put(Buffer.alloc(padded(body.length) - body.length));
  }
  put(Buffer.alloc(2 * BLOCK));
  layers.push({ path, diffId: `sha256:${hash.digest('hex')}` });
}

const created = new Date(TIME * 1000).toISOString();
const config = Buffer.from(
  JSON.stringify({
    created,
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['sh'] },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ path }) => ({ created, created_by: `ADD ${path} /` })),
  }),
);
const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
add(configName, config);
const manifest = [{ Config: configName, RepoTags: ['holdfast-bench/many-files:1'], Layers: layers.map((l) => l.path) }];
add('manifest.json', Buffer.from(JSON.stringify(manifest)));
write(Buffer.alloc(2 * BLOCK));
flush();
closeSync(fd);
