// Where the layers lie in a docker-archive, and how much of one was read.

import { closeSync, openSync, readSync } from 'node:fs';

/** @typedef {import('./measure.mjs').Read} Read */
/** @typedef {{ readonly offset: number, readonly size: number }} Layer */

/** @param {readonly Read[]} reads @param {Layer} layer */
export function bytesWithin(reads, { offset, size }) {
  return reads.reduce((total, read) => {
    const from = Math.max(read.offset, offset);
    const to = Math.min(read.offset + read.bytes, offset + size);
    return total + Math.max(0, to - from);
  }, 0);
}

/** @param {string} file a docker-archive as skopeo writes it @returns {readonly Layer[]} in the order they lie in it */
export function layersOf(file) {
  const fd = openSync(file, 'r');
  const header = Buffer.alloc(512);
  const layers = [];
  for (let at = 0; readSync(fd, header, 0, 512, at) === 512 && header[0] !== 0; ) {
    const size = Number.parseInt(header.toString('latin1', 124, 135), 8);
    const name = header.toString('utf8', 0, 100);
    if (header[156] === 0x30 && /^[0-9a-f]{64}\.tar\0/.test(name)) layers.push({ offset: at + 512, size });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  closeSync(fd);
  return layers;
}
