// Two programs at the same work, turn about, each run in a new directory with an empty cache of its own.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inFreshDirectory, measure, spread } from './measure.mjs';

/** Where a command has to leave its SBOM, in the directory that it runs in. */
export const SBOM = 'sbom.json';

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {(directory: string) => import('./measure.mjs').Command} command
 */
/**
 * @typedef {object} Row what one program did
 * @property {string} name
 * @property {import('./measure.mjs').Spread} wallMs
 * @property {import('./measure.mjs').Spread} cpuMs
 * @property {import('./measure.mjs').Spread} peakMb
 * @property {string} [found] packages in its SBOM, by type
 */

/**
 * One round to warm the page cache, then `rounds` that count, the programs alternating.
 * @param {string} scratch @param {number} rounds @param {readonly Contender[]} contenders
 * @returns {readonly Row[]} in the order of the contenders
 */
export function compare(scratch, rounds, contenders) {
  const runs = contenders.map(({ name, command }) => ({
    name,
    command,
    measures: /** @type {import('./measure.mjs').Measure[]} */ ([]),
    found: /** @type {string | undefined} */ (undefined),
  }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const run of runs) {
      inFreshDirectory(scratch, (directory) => {
        const figures = measure(run.command(directory), directory);
        if (round > 0) run.measures.push(figures);
        else run.found = packagesByType(join(directory, SBOM));
      });
    }
  }
  return runs.map(({ name, measures, found }) => ({
    name,
    wallMs: spread(measures.map(({ wallMs }) => wallMs)),
    cpuMs: spread(measures.map(({ cpuMs }) => cpuMs)),
    peakMb: spread(measures.map(({ peakMb }) => peakMb)),
    ...(found === undefined ? {} : { found }),
  }));
}

/** @param {string} file a CycloneDX document @returns {string | undefined} `deb 97, npm 3` */
function packagesByType(file) {
  if (!existsSync(file)) return undefined;
  /** @type {{ components?: { purl?: string }[] }} */
  const { components = [] } = JSON.parse(readFileSync(file, 'utf8'));
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { purl } of components) {
    const type = /^pkg:([a-z]+)\//.exec(purl ?? '')?.[1];
    if (type !== undefined) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, count]) => `${type} ${count}`)
    .join(', ');
}
