// What is measured, and what is asked of it.

import { spawnSync } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bytesWithin, layersOf } from './archive-layers.mjs';
import { bundle } from './bundle.mjs';
import { bytesInMb, megabytes, seconds } from './figures.mjs';
import { ledgerCases } from './ledger-cases.mjs';
import { inFreshDirectory, measure, readsOf, spread } from './measure.mjs';
import { compare } from './pairs.mjs';
import { policyCases } from './policy-cases.mjs';
import { startPrivateEngine } from './private-engine.mjs';
import { goalsAgainstPeer, image, ours, ratios, sbomByBoth, speedText } from './scans.mjs';
import { volumeCases } from './volume-cases.mjs';

/**
 * @typedef {object} Setup
 * @property {string} scratch
 * @property {number} rounds
 * @property {string} self the built program, dist/main.js
 * @property {string} peer the peer's binary
 */
/** @typedef {{ readonly goal: string, readonly measured: string, readonly met: boolean }} Goal */
/**
 * @typedef {object} Outcome
 * @property {readonly import('./pairs.mjs').Row[]} rows
 * @property {readonly Goal[]} goals
 * @property {readonly string[]} [notes]
 */
/**
 * @typedef {object} Case
 * @property {string} name for `--only`
 * @property {string} title
 * @property {(setup: Setup) => Outcome | Promise<Outcome>} run
 */
/** @typedef {import('./measure.mjs').Read} Read */
/** @typedef {import('./archive-layers.mjs').Layer} Layer */

/** @type {Case} */
const startUp = {
  name: 'start-up',
  title: 'Start-up: `holdfast --version` and `node -e 0`',
  run(setup) {
    const rows = compare(setup.scratch, setup.rounds * 4, [
      { name: 'holdfast --version', command: () => ({ file: process.execPath, args: [setup.self, '--version'] }) },
      { name: 'node -e 0', command: () => ({ file: process.execPath, args: ['-e', '0'] }) },
    ]);
    const [own, node] = rows;
    const ratio = (own?.wallMs.median ?? 0) / (node?.wallMs.median ?? 1);
    const goal = '`holdfast --version` at most 1.5x of `node -e 0`';
    return {
      rows,
      goals: [{ goal, measured: `${ratio.toFixed(2)}x`, met: ratio <= 1.5 }],
    };
  },
};

/** @type {Case} */
const minbase = {
  name: 'minbase',
  title: 'Debian minbase, docker-archive, 170 MB',
  run(setup) {
    const file = image(setup, 'minbase.tar');
    const rows = sbomByBoth(setup, `docker-archive:${file}`, ['--input', file]);
    const found = ratios(rows);
    const { own } = found;
    const { median } = own.wallMs;
    const peak = own.peakMb.median;
    return {
      rows,
      goals: [
        { goal: 'minbase: whole process at most 0.45 s', measured: seconds(median), met: median <= 450 },
        { goal: 'minbase: peak memory at most 120 MB', measured: megabytes(peak), met: peak <= 120 },
      ],
      notes: [`Faster than the peer without its start-up: ${speedText(found)}.`],
    };
  },
};

/** @type {Case} */
const largeArchive = {
  name: 'large-archive',
  title: 'Debian with python3, nginx, nodejs, ruby; docker-archive, two layers',
  run(setup) {
    const file = image(setup, 'large.tar');
    const rows = sbomByBoth(setup, `docker-archive:${file}`, ['--input', file]);
    const size = `${bytesInMb(statSync(file).size)} archive.`;
    return { rows, goals: goalsAgainstPeer(rows, 'large docker-archive', 5, true), notes: [size] };
  },
};

/** @type {Case} */
const largeLayout = {
  name: 'large-oci',
  title: 'The same image as an OCI layout, layers in gzip',
  run(setup) {
    const directory = image(setup, 'large-oci');
    const rows = sbomByBoth(setup, `oci:${directory}`, ['--input', directory]);
    return { rows, goals: goalsAgainstPeer(rows, 'large gzip OCI layout', 3, true) };
  },
};

/** @type {Case} */
const largeEngine = {
  name: 'large-engine',
  title: 'The same image in a Docker Engine, its layers read in place',
  async run(setup) {
    const file = image(setup, 'large.tar');
    const engine = await startPrivateEngine(setup.scratch);
    try {
      await engine.docker('load', '--quiet', '--input', file);
      const name = 'holdfast-bench/large:1';
      const host = ['--image-src', 'docker', '--docker-host', engine.dockerHost];
      const env = { DOCKER_HOST: engine.dockerHost };
      const rows = sbomByBoth(setup, `docker:${name}`, [...host, name], { env, verifies: false });
      const notes = ['Unpacked directories cannot be hashed back to diffIDs: nothing is verified here on either side.'];
      return { rows, goals: goalsAgainstPeer(rows, 'large image in the engine', 10, false), notes };
    } finally {
      await engine.stop();
    }
  },
};

/** @type {Case} */
const sharedBase = {
  name: 'shared-base',
  title: 'A second image on a base that was scanned before: what is read of its archive',
  run(setup) {
    const first = image(setup, 'large.tar');
    const second = realpathSync(image(setup, 'second.tar'));
    const [base, own] = layersOf(second);
    if (base === undefined || own === undefined) throw new Error(`${second} has not two layers`);
    const scanOf = (/** @type {string} */ file) => ours(setup, `docker-archive:${file}`);
    const [cold, warm, again] = inFreshDirectory(setup.scratch, (directory) => {
      const empty = inFreshDirectory(setup.scratch, (other) => readsOf(scanOf(second), other, second));
      measure(scanOf(first), directory);
      return [empty, readsOf(scanOf(second), directory, second), readsOf(scanOf(second), directory, second)];
    });
    const of = (/** @type {readonly Read[] | undefined} */ reads, /** @type {Layer} */ layer) =>
      bytesWithin(reads ?? [], layer);
    const line = (/** @type {readonly Read[] | undefined} */ reads) =>
      `${bytesInMb(of(reads, base))} of the base, ${bytesInMb(of(reads, own))} of its own layer`;
    return {
      rows: [],
      goals: [
        {
          goal: 'a second image on a shared base reads only its own layers',
          measured: line(warm),
          // One window of the reader may begin in front of what it wants.
          met: of(warm, base) <= 1e6,
        },
      ],
      notes: [
        `Its base has ${bytesInMb(base.size)}, its own layer ${bytesInMb(own.size)}; a layer is read once whole to be ` +
          'hashed and once in parts, past the bodies that nobody wants. Counted with strace:',
        [
          `- with an empty cache: ${line(cold)}`,
          `- after the image that shares the base: ${line(warm)}`,
          `- once more: ${line(again)}`,
        ].join('\n'),
      ],
    };
  },
};

/** @type {Case} */
const manyFiles = {
  name: 'many-files',
  title: '5 GB in 200,000 files and five layers, docker-archive',
  run(setup) {
    const file = image(setup, 'many-files.tar');
    const rows = sbomByBoth(setup, `docker-archive:${file}`, ['--input', file], { rounds: Math.min(setup.rounds, 2) });
    const found = ratios(rows);
    const { own } = found;
    const peak = own.peakMb.max;
    return {
      rows,
      goals: [{ goal: '5 GB, 200,000 files: memory under 512 MB', measured: megabytes(peak), met: peak < 512 }],
      notes: [`Faster than the peer without its start-up: ${speedText(found)}.`],
    };
  },
};

/** @type {Case} */
const matching = {
  name: 'match',
  title: '500 packages matched with a file of 200,000 advisories',
  async run(setup) {
    const file = join(setup.scratch, 'advisories.db');
    const feeds = join(setup.scratch, 'osv');
    const builder = await bundle('match-build.mjs', setup.scratch);
    const built = spawnSync(process.execPath, [builder, feeds, file], { encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`match-build.mjs failed: ${built.stderr}`);
    const program = await bundle('match.mjs', setup.scratch);
    const usual = matchRuns(setup, [program, file]);
    const kernel = matchRuns(setup, [program, file, 'kernel']);
    return {
      rows: [],
      goals: [
        {
          goal: '500 packages against 200,000 records: at most 40 ms with opening the file',
          measured: `${usual.ms.median.toFixed(1)} ms`,
          met: usual.ms.median <= 40,
        },
      ],
      notes: [
        `Each run in a new process, nothing of the code compiled before. File ${bytesInMb(statSync(file).size)}. ` +
          `${usual.findings} findings: ${range(usual.ms)}, opening alone ${range(usual.openMs)}. ` +
          'With the C headers of the kernel, of whose source package the file has 3,000 advisories: ' +
          `${kernel.findings} findings, ${range(kernel.ms)}.`,
      ],
    };
  },
};

/** @param {import('./measure.mjs').Spread} spread */
const range = ({ min, median, max }) => `${min.toFixed(1)} / ${median.toFixed(1)} / ${max.toFixed(1)} ms`;

/** @param {Setup} setup @param {readonly string[]} args */
function matchRuns({ scratch, rounds }, args) {
  const runs = Array.from({ length: rounds * 2 }, () =>
    inFreshDirectory(scratch, (directory) => {
      const { stdout } = measure({ file: process.execPath, args }, directory);
      return /** @type {{ ms: number, openMs: number, findings: number }} */ (JSON.parse(stdout));
    }),
  ).slice(1);
  return {
    ms: spread(runs.map(({ ms }) => ms)),
    openMs: spread(runs.map(({ openMs }) => openMs)),
    findings: runs[0]?.findings ?? 0,
  };
}

/** All, in the order they run. */
export const cases = [
  ...[startUp, minbase, largeArchive, largeLayout, largeEngine, sharedBase, manyFiles, matching],
  ...ledgerCases,
  ...volumeCases,
  ...policyCases,
];
