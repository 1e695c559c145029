// Verdicts: how many a second, and what a check takes beside a scan.

import { spawnSync } from 'node:child_process';
import { bundle } from './bundle.mjs';
import { compare } from './pairs.mjs';
import { image } from './scans.mjs';

/** @typedef {import('./cases.mjs').Case} Case */

const GOALS = { builtIn: 100_000, cel: 20_000, aboveScanMs: 30 };

/** @type {Case} */
const verdicts = {
  name: 'verdicts',
  title: 'One subject with 40 findings, judged over and over: seven built-in rules; seven rules in CEL',
  async run({ scratch }) {
    const program = await bundle('policy.mjs', scratch);
    const { stdout, stderr, status } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const found = /** @type {{ builtIn: number, cel: number }} */ (JSON.parse(stdout));
    const words = (/** @type {number} */ number) => `${number.toLocaleString('en')} a second`;
    return {
      rows: [],
      goals: [
        {
          goal: 'seven built-in rules over 40 findings: at least 100,000 a second',
          measured: words(found.builtIn),
          met: found.builtIn >= GOALS.builtIn,
        },
        {
          goal: 'seven CEL rules over 40 findings, in the thread: at least 20,000 a second',
          measured: words(found.cel),
          met: found.cel >= GOALS.cel,
        },
      ],
      notes: [
        'Policies are read and facts are made before; the best of seven rounds of each. In CEL what the facts are made into ' +
          'for expressions is made once a subject, as the thread does it.',
      ],
    };
  },
};

/** @type {Case} */
const check = {
  name: 'check',
  title: 'Debian minbase: `check` beside `scan`, nothing recorded',
  run(setup) {
    const target = `docker-archive:${image(setup, 'minbase.tar')}`;
    const rows = compare(setup.scratch, setup.rounds * 2, [
      {
        name: 'holdfast scan',
        command: () => ({ file: process.execPath, args: [setup.self, 'scan', target, '--quiet'] }),
      },
      {
        name: 'holdfast check',
        command: () => ({
          file: process.execPath,
          args: [setup.self, 'check', target, '--quiet', '--policy', 'audit'],
        }),
      },
    ]);
    const [scan, own] = rows;
    const more = (own?.wallMs.median ?? 0) - (scan?.wallMs.median ?? 0);
    const goal = '`check` takes at most 30 ms more than `scan`';
    return { rows, goals: [{ goal, measured: `${more.toFixed(0)} ms`, met: more <= GOALS.aboveScanMs }] };
  },
};

export const policyCases = [verdicts, check];
