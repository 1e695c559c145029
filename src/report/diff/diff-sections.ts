import type { DiffReport } from '#api/diff-report.ts';
import { SEVERITIES } from '#core/severity.ts';
import { count } from '#report/next-steps.ts';

type Findings = DiffReport['findings'];

/** Parts of the findings, in the order in which people read them. */
export const FINDING_SECTIONS: readonly { readonly kind: keyof Findings; readonly title: string }[] = [
  { kind: 'new', title: 'New' },
  { kind: 'fixed', title: 'Fixed' },
  { kind: 'noLongerCompared', title: 'No longer compared' },
  { kind: 'noLongerReported', title: 'No longer reported' },
  { kind: 'still', title: 'Still there' },
];

/** Counts of all parts in a sentence: `2 fixed (1 critical, 1 low), 1 new (1 high), 30 still there.` */
export function findingsInWords(findings: Findings): string {
  const words = FINDING_SECTIONS.filter(({ kind }) => findings[kind].length > 0).map(({ kind, title }) => {
    const levels = SEVERITIES.map((level) => ({
      level,
      of: findings[kind].filter(({ severity }) => severity === level).length,
    })).filter(({ of }) => of > 0);
    return `${findings[kind].length} ${title.toLowerCase()} (${levels.map(({ level, of }) => `${of} ${level}`).join(', ')})`;
  });
  return words.length === 0 ? 'No findings in either.' : `Findings: ${words.join(', ')}.`;
}

/** `Packages: 1 added, 14 upgraded.` */
export function packagesInWords(packages: DiffReport['packages']): string {
  const words = (['added', 'removed', 'upgraded', 'downgraded', 'changed'] as const)
    .filter((kind) => packages[kind].length > 0)
    .map((kind) => `${packages[kind].length} ${kind}`);
  return words.length === 0 ? 'Packages: the same.' : `Packages: ${words.join(', ')}.`;
}

/** One line a package, the moved ones first. */
export function packageLines(packages: DiffReport['packages']): readonly string[] {
  const moved = (['upgraded', 'downgraded', 'changed'] as const).flatMap((kind) =>
    packages[kind].map(({ name, type, from, to }) => `${kind} ${name} (${type}) ${from} → ${to}`),
  );
  const others = (['added', 'removed'] as const).flatMap((kind) =>
    packages[kind].map(({ name, type, version }) => `${kind} ${name} (${type}) ${version}`),
  );
  return [...moved, ...others];
}

/** `openssl 3.0.1 → 3.0.11`, or the one version that there is. */
export function versionsOf({ package: name, before, after }: Findings['new'][number]): string {
  const [old, now] = [before.join(', '), after.join(', ')];
  if (old === now || old === '' || now === '') return `${name} ${now === '' ? old : now}`;
  return `${name} ${old} → ${now}`;
}

/** `app:1.4 (90 packages, 80 of them compared, 5 findings)` */
export function sideInWords({ reference, findings, packages, compared }: DiffReport['before']): string {
  // Without it, no findings would look like good news.
  const partly = compared < packages ? `, ${compared === 0 ? 'none' : compared} of them compared` : '';
  return `${reference} (${count(packages, 'package')}${partly}, ${count(findings, 'finding')})`;
}

/** `Debian:12: covered 100 → no-data 90` */
export function coverageInWords({ subject, before, after }: DiffReport['coverage'][number]): string {
  const words = (states: typeof before) =>
    states.length === 0 ? 'not there' : states.map(({ state, packages }) => `${state} ${packages}`).join(', ');
  return `${subject}: ${words(before)} → ${words(after)}`;
}
