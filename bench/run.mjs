#!/usr/bin/env node
// Measures holdfast, and the peer at the same work. On Linux, as root (the engine case starts a private engine).
//
//   npm run build && bench/make-images.sh     once
//   node bench/run.mjs                        everything, about 8 minutes; writes bench/results.md
//   node bench/run.mjs --only minbase         one case (comma-separated for several); writes nothing but with --write
//   node bench/run.mjs --self FILE            another build's main.js instead of dist/main.js
//   node bench/run.mjs --rounds 3             measured runs of each program after one that warms up (default 5)
//
// $HOLDFAST_SCRATCH holds images, the peer and the runs' directories (default: holdfast-bench in the system's
// temporary directory). Needs GNU time (Debian: time) and what make-images.sh and peer.sh need.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from './cases.mjs';
import { caseText, resultsText } from './results.mjs';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    write: { type: 'boolean' },
    rounds: { type: 'string', default: '5' },
    self: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const wanted = values.only?.split(',');
const chosen = cases.filter(({ name }) => wanted?.includes(name) ?? true);
const known = cases.map(({ name }) => name).join(', ');
if (!Number.isInteger(rounds) || rounds < 1 || chosen.length !== (wanted?.length ?? cases.length)) {
  process.stderr.write(`usage: run.mjs [--rounds N] [--only NAME,...] [--self FILE]\nnames: ${known}\n`);
  process.exit(2);
}

const scratch = process.env['HOLDFAST_SCRATCH'] ?? join(tmpdir(), 'holdfast-bench');
mkdirSync(scratch, { recursive: true });
const self = resolve(values.self ?? here('../dist/main.js'));
if (!existsSync(self)) throw new Error(`${self} is missing: npm run build`);
const environment = { ...process.env, HOLDFAST_SCRATCH: scratch };
/** @type {string | undefined} */
let peer;

/** @type {import('./cases.mjs').Setup} */
const setup = {
  ...{ scratch, rounds, self },
  /** Fetched by the first case that needs it. */
  get peer() {
    peer ??= execFileSync(here('peer.sh'), { encoding: 'utf8', env: environment }).trim();
    return peer;
  },
};

/** @type {Map<string, string>} */
const texts = new Map();
/** @type {import('./cases.mjs').Goal[]} */
const goals = [];
for (const { name, title, run } of chosen) {
  process.stderr.write(`${name} ...\n`);
  const outcome = await run(setup);
  const text = caseText(name, title, outcome);
  process.stdout.write(`${text}\n`);
  texts.set(name, text);
  goals.push(...outcome.goals);
}

if (wanted === undefined || values.write === true) {
  const file = here('results.md');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, resultsText({ texts, order: cases.map(({ name }) => name), before }));
  process.stderr.write(`written: ${file}\n`);
}
for (const { goal, measured, met } of goals)
  process.stdout.write(`${met ? 'met    ' : 'NOT MET'}  ${goal}: ${measured}\n`);
