import { compareVersions } from '#base/versions/compare.ts';
import { schemeOf } from '#base/versions/ecosystem-scheme.ts';
import type { Finding } from '#finding/finding.ts';

/** Something to do, and how many findings it clears. */
export interface NextStep {
  readonly sentence: string;
  readonly clears: number;
}

const MOST_STEPS = 5;

/**
 * What to do first: the newer base image, when it would clear findings, then the upgrades that clear the most urgent.
 * @param findings most urgent first
 * @param base what the base image is called, where that is known
 */
export function nextSteps(findings: readonly Finding[], base?: string): readonly NextStep[] {
  const fixable = findings.filter(({ fixedVersions }) => fixedVersions.length > 0);
  const inBase = fixable.filter(({ package: { owner } }) => owner === 'base');
  const steps: NextStep[] = [];
  if (inBase.length > 0) {
    const known = exploited(inBase);
    steps.push({
      sentence: `Rebuild on a newer ${base === undefined ? 'base image' : base}: clears ${inBase.length} of ${count(findings.length, 'finding')}${known}`,
      clears: inBase.length,
    });
  }
  for (const [first, ...more] of byUpgrade(fixable.filter(({ package: { owner } }) => owner !== 'base'))) {
    if (steps.length >= MOST_STEPS) break;
    if (first === undefined) continue;
    const all = [first, ...more];
    const { name, version, source } = first.package;
    steps.push({
      sentence: `Upgrade ${source?.name ?? name} ${source?.version ?? version} to ${target(all)} or later: clears ${count(all.length, 'finding')}${exploited(all)}`,
      clears: all.length,
    });
  }
  return steps;
}

/** Findings that one upgrade clears, in order of the most urgent of each. */
function byUpgrade(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { type, name, version, source } = finding.package;
    const key = [type, source?.name ?? name, source?.version ?? version].join('\0');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

/** The lowest version that clears all of them: the highest of their lowest fixes. */
function target([first, ...more]: readonly Finding[]): string {
  const lowest = (finding: Finding) => finding.fixedVersions[0] ?? '';
  const scheme = schemeOf(first?.because[0].ecosystem ?? '');
  let highest = first === undefined ? '' : lowest(first);
  for (const finding of more) {
    if (scheme !== undefined && compareVersions(scheme, lowest(finding), highest) === 1) highest = lowest(finding);
  }
  return highest;
}

function exploited(findings: readonly Finding[]): string {
  const known = findings.filter(({ exploitation }) => exploitation?.knownExploitedSince !== undefined).length;
  return known === 0 ? '' : `, ${known} of them known to be exploited`;
}

/** `1 finding`, `2 findings`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
