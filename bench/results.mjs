// The results as text (Markdown).

import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** What stands below this line in results.md is written by hand and kept. */
const BY_HAND = '<!-- Below this line: written by hand, kept by run.mjs. -->';

/** @param {import('./measure.mjs').Spread} spread @param {number} unit @param {number} digits */
function cell({ min, median, max }, unit, digits) {
  return [min, median, max].map((value) => (value / unit).toFixed(digits)).join(' / ');
}

/**
 * One case as a section.
 * @param {string} name @param {string} title @param {import('./cases.mjs').Outcome} outcome
 */
export function caseText(name, title, { rows, notes = [] }) {
  const lines = [`### ${name}`, '', `${title}.`, ''];
  if (rows.length > 0) {
    lines.push('| program | wall, s | CPU, s | peak memory, MB | packages found |', '| --- | --- | --- | --- | --- |');
    for (const row of rows) {
      const wall = cell(row.wallMs, 1000, 3);
      lines.push(
        `| ${row.name} | ${wall} | ${cell(row.cpuMs, 1000, 2)} | ${cell(row.peakMb, 1, 0)} | ${row.found ?? ''} |`,
      );
    }
    lines.push('');
  }
  for (const note of notes) lines.push(note, '');
  return lines.join('\n');
}

/** @returns {string} the commit that was measured */
function commit() {
  const git = (/** @type {string[]} */ ...args) => execFileSync('git', args, { cwd: here, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', 'src', 'package.json') !== '';
  return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`;
}

/**
 * The whole of results.md.
 * @param {object} of
 * @param {readonly import('./cases.mjs').Goal[]} of.goals
 * @param {readonly string[]} of.texts sections of the cases
 * @param {number} of.rounds
 * @param {number} of.loadBefore load average when it began
 * @param {string} of.before results.md as it was
 */
export function resultsText({ goals, texts, rounds, loadBefore, before }) {
  const [cpu] = cpus();
  const byHand = before.split(BY_HAND)[1] ?? '\n';
  return `# Speed and memory

Written by \`node bench/run.mjs\`; what is measured and how is in \`bench/cases.mjs\`.

- ${new Date().toISOString().slice(0, 10)}, commit ${commit()}
- ${cpus().length} cores of ${cpu?.model ?? 'an unknown processor'}, ${(totalmem() / 1e9).toFixed(0)} GB of memory, Linux ${release()}, Node ${process.version}
- load average ${loadBefore.toFixed(2)} before the runs and ${(loadavg()[0] ?? 0).toFixed(2)} at their end; the runs themselves make about 1
- the peer is Trivy as \`bench/peer.sh\` fetches it. It is packed and unpacks itself at every start: "without its start-up"
  means less the median of \`--version\`, which is measured in the same rounds. It verifies no digest (a layer with a
  changed byte is reported like any other), holdfast does: \`--no-verify\` shows the same work
- the same work on both sides: a CycloneDX SBOM into a file, nothing fetched, own caches empty, page cache warm
- \`holdfast scan TARGET --quiet --format cyclonedx=FILE\` against
  \`trivy image --input FILE --format cyclonedx --output FILE --offline-scan --skip-db-update --quiet --cache-dir DIR\`
- ${rounds} rounds after one that does not count (5 GB: two), the programs alternating; figures are min / median / max.
  Wall is the whole process as its parent sees it, CPU is user and system of all threads, peak is the largest resident
  set, both from GNU time; 1 MB is 10^6 bytes

## Goals

| goal | measured | |
| --- | --- | --- |
${goals.map(({ goal, measured, met }) => `| ${goal} | ${measured} | ${met ? 'met' : '**not met**'} |`).join('\n')}

## Runs

${texts.join('\n')}
${BY_HAND}${byHand}`;
}
