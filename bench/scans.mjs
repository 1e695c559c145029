// The same SBOM by holdfast and by the peer, and what is made of the two.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { megabytes, times } from './figures.mjs';
import { compare, SBOM } from './pairs.mjs';

/** @typedef {import('./cases.mjs').Setup} Setup */
/** @typedef {import('./cases.mjs').Goal} Goal */
/** @typedef {import('./measure.mjs').Command} Command */
/** @typedef {import('./pairs.mjs').Row} Row */

/** @param {Setup} setup @param {string} file */
export function image({ scratch }, file) {
  const path = join(scratch, 'images', file);
  if (!existsSync(path)) throw new Error(`${path} is missing: make it with bench/make-images.sh`);
  return path;
}

/** @param {Setup} setup @param {string} target @param {Command['env']} [env] @param {readonly string[]} [options] @returns {Command} */
export function ours({ self }, target, env = {}, options = []) {
  const args = [self, 'scan', target, ...options, '--quiet', '--format', `cyclonedx=${SBOM}`];
  return { file: process.execPath, args, env };
}

/** @param {Setup} setup @param {string} directory @param {readonly string[]} what @returns {Command} */
function peers({ peer }, directory, what) {
  const sbom = ['--format', 'cyclonedx', '--output', SBOM];
  const alone = ['--offline-scan', '--skip-db-update', '--quiet', '--cache-dir', join(directory, 'cache')];
  return { file: peer, args: ['image', ...what, ...sbom, ...alone] };
}

/**
 * How many times faster and smaller the first of the rows of {@link sbomByBoth} is.
 * @param {readonly Row[]} rows
 */
export function ratios([own, peer, start, unverified]) {
  if (own === undefined || peer === undefined || start === undefined) throw new Error('nothing was compared');
  const net = peer.wallMs.median - start.wallMs.median;
  return {
    own,
    gross: peer.wallMs.median / own.wallMs.median,
    net: net / own.wallMs.median,
    ...(unverified === undefined ? {} : { netUnverified: net / unverified.wallMs.median }),
    memory: peer.peakMb.median / own.peakMb.median,
    startPeakMb: start.peakMb.median,
  };
}

/**
 * An SBOM of one image by both, the peer's start alone, and holdfast without verifying: the peer verifies nothing.
 * @param {Setup} setup
 * @param {string} target for holdfast
 * @param {readonly string[]} what for the peer
 * @param {{ rounds?: number, env?: Command['env'], verifies?: boolean }} [options]
 */
export function sbomByBoth(setup, target, what, { rounds = setup.rounds, env = {}, verifies = true } = {}) {
  return compare(setup.scratch, rounds, [
    { name: 'holdfast', command: () => ours(setup, target, env) },
    { name: 'peer', command: (directory) => peers(setup, directory, what) },
    { name: 'peer --version', command: () => ({ file: setup.peer, args: ['--version'] }) },
    ...(verifies ? [{ name: 'holdfast --no-verify', command: () => ours(setup, target, env, ['--no-verify']) }] : []),
  ]);
}

/** @param {ReturnType<typeof ratios>} found */
export function speedText({ net, gross, netUnverified }) {
  const unverified = netUnverified === undefined ? '' : `; ${times(netUnverified)} when both verify nothing`;
  return `${times(net)} (${times(gross)} with its start-up${unverified})`;
}

/**
 * The goals that are set against the peer.
 * @param {readonly Row[]} rows @param {string} what @param {number} faster @param {boolean} memory
 * @returns {readonly Goal[]}
 */
export function goalsAgainstPeer(rows, what, faster, memory) {
  const found = ratios(rows);
  const speed = {
    goal: `${what}: at least ${faster}x faster than the peer without its start-up`,
    measured: speedText(found),
    met: found.net >= faster,
  };
  const size = {
    goal: `${what}: peak memory at most 1/3 of the peer's`,
    measured: `1/${found.memory.toFixed(1)} (the peer's start alone takes ${megabytes(found.startPeakMb)})`,
    met: found.memory >= 3,
  };
  return memory ? [speed, size] : [speed];
}
