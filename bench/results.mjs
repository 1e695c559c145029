// The results as text (Markdown).

import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** What stands below this line in results.md is written by hand and kept. */
const BY_HAND = '<!-- Below this line: written by hand, kept by run.mjs. -->';

/** @param {import('./measure.mjs').Spread} spread @param {number} unit @param {number} digits */
function cell({ min, median, max }, unit, digits) {
  return [min, median, max].map((value) => (value / unit).toFixed(digits)).join(' / ');
}

/**
 * One case as a section: what was measured and when, then what it says of its goals.
 * @param {string} name @param {string} title @param {import('./cases.mjs').Outcome} outcome
 */
export function caseText(name, title, { rows, notes = [], goals }) {
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
  for (const { goal, measured, met } of goals) lines.push(`- ${met ? MET : NOT_MET} ${goal}: ${measured}`);
  if (goals.length > 0) lines.push('');
  lines.push(`${new Date().toISOString().slice(0, 10)}, commit ${commit()}, Node ${process.version}.`, '');
  return lines.join('\n');
}

const MET = 'met:';
const NOT_MET = '**not met**:';

/**
 * The sections of a results.md by the name of their case.
 * @param {string} text
 */
function sectionsOf(text) {
  const [runs = ''] = (text.split('\n## Runs\n')[1] ?? '').split(BY_HAND);
  const parts = runs.split(/^(?=### )/m).filter((part) => part.startsWith('### '));
  return new Map(parts.map((part) => [part.slice(4, part.indexOf('\n')), `${part.trimEnd()}\n`]));
}

/** The goals that sections speak of. @param {readonly string[]} sections */
function goalRows(sections) {
  const lines = sections.flatMap((section) => section.split('\n'));
  return lines.flatMap((line) => {
    const word = [MET, NOT_MET].find((one) => line.startsWith(`- ${one} `));
    if (word === undefined) return [];
    const rest = line.slice(word.length + 3);
    const at = rest.lastIndexOf(': ');
    return [`| ${rest.slice(0, at)} | ${rest.slice(at + 2)} | ${word.slice(0, -1)} |`];
  });
}

/** @returns {string} the commit that was measured */
function commit() {
  const git = (/** @type {string[]} */ ...args) => execFileSync('git', args, { cwd: here, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', 'src', 'package.json') !== '';
  return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`;
}

/**
 * The whole of results.md: what was measured now in the place of what stood there of the same cases.
 * @param {object} of
 * @param {ReadonlyMap<string, string>} of.texts sections of the cases that were measured, by name
 * @param {readonly string[]} of.order names of all cases
 * @param {string} of.before results.md as it was
 */
export function resultsText({ texts, order, before }) {
  const [cpu] = cpus();
  const byHand = before.split(BY_HAND)[1] ?? '\n';
  const kept = sectionsOf(before);
  const sections = order.flatMap((name) => texts.get(name) ?? kept.get(name) ?? []);
  return `# Speed and memory

Written by \`node bench/run.mjs\`; what is measured and how is in \`bench/cases.mjs\`. Each section says when and of which
commit it was measured.

- ${cpus().length} cores of ${cpu?.model ?? 'an unknown processor'}, ${(totalmem() / 1e9).toFixed(0)} GB of memory, Linux ${release()}, nothing else running
- the peer is Trivy as \`bench/peer.sh\` fetches it. It is packed and unpacks itself at every start: "without its start-up"
  means less the median of \`--version\`, which is measured in the same rounds. It verifies no digest (a layer with a
  changed byte is reported like any other), holdfast does: \`--no-verify\` shows the same work
- the same work on both sides: a CycloneDX SBOM into a file, nothing fetched, own caches empty, page cache warm
- \`holdfast scan TARGET --quiet --format cyclonedx=FILE\` against
  \`trivy image --input FILE --format cyclonedx --output FILE --offline-scan --skip-db-update --quiet --cache-dir DIR\`
- three to five rounds after one that does not count (5 GB: two), the programs alternating; figures are min / median / max.
  Wall is the whole process as its parent sees it, CPU is user and system of all threads, peak is the largest resident
  set, both from GNU time; 1 MB is 10^6 bytes

## Goals

| goal | measured | |
| --- | --- | --- |
${goalRows(sections).join('\n')}

## Runs

${sections.join('\n')}
${BY_HAND}${byHand}`;
}
