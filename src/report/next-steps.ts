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
 */
export function nextSteps(findings: readonly Finding[]): readonly NextStep[] {
  const fixable = findings.filter(({ fixedVersions }) => fixedVersions.length > 0);
  const inBase = fixable.filter(({ package: { owner } }) => owner === 'base');
  const steps: NextStep[] = [];
  if (inBase.length > 0) {
    const known = exploited(inBase);
    steps.push({
      sentence: `Rebuild on a newer base image: clears ${inBase.length} of ${count(findings.length, 'finding')}${known}`,
      clears: inBase.length,
    });
  }
  for (const [first, ...more] of byUpgrade(fixable.filter(({ package: { owner } }) => owner !== 'base'))) {
    if (steps.length >= MOST_STEPS) break;
    if (first === undefined) continue;
    const all = [first, ...more];
    const { name, version, source } = first.package;
    steps.push({
      sentence: `Upgrade ${source?.name ?? name} ${source?.version ?? version} to ${target(all)}: clears ${count(all.length, 'finding')}${exploited(all)}`,
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

/** The fix that clears all of them is the one that the most of them wait for last. */
function target(findings: readonly Finding[]): string {
  const fixes = [...new Set(findings.map(({ fixedVersions }) => fixedVersions[0] ?? ''))];
  return fixes.length === 1
    ? (fixes[0] ?? '')
    : `the newest of ${fixes.slice(0, 3).join(', ')}${fixes.length > 3 ? ' …' : ''}`;
}

function exploited(findings: readonly Finding[]): string {
  const known = findings.filter(({ exploitation }) => exploitation?.knownExploitedSince !== undefined).length;
  return known === 0 ? '' : `, ${known} of them known to be exploited`;
}

/** `1 finding`, `2 findings`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
