import type { DiffReport } from '#api/diff-report.ts';
import type { ScanReport } from '#api/scan-report.ts';
import { compareFindings, type DiffSide } from '#app/diff/compare-findings.ts';
import { comparePackages, packageGroups } from '#app/diff/compare-packages.ts';
import { compareSettings } from '#app/diff/compare-settings.ts';
import { purlBase } from '#app/projections/contents.ts';
import { VERSION } from '#core/version.ts';

/** Two reports of scans, the earlier first, and what is different. Pure. */
export function compareReports(before: ScanReport, after: ScanReport, now: Date): DiffReport {
  const [old, young] = [packageGroups(before.packages), packageGroups(after.packages)];
  const sides = [sideOf(before, old), sideOf(after, young)] as const;
  return {
    schemaVersion: 1,
    tool: { name: 'holdfast', version: VERSION },
    createdAt: now.toISOString(),
    before: about(before),
    after: about(after),
    settings: [...compareSettings(before.target, after.target)],
    packages: comparePackages(old, young),
    findings: compareFindings(...sides),
    coverage: [...compareCoverage(before, after)],
    notes: [...notesOn(before, after)],
  };
}

function sideOf(report: ScanReport, groups: ReturnType<typeof packageGroups>): DiffSide {
  const packages = new Map(report.packages.map((found) => [purlBase(found.purl), found]));
  return {
    report,
    versions: (base) => [...(groups.get(base)?.versions ?? [])].sort(),
    package: (base) => packages.get(base),
  };
}

function about(report: ScanReport): DiffReport['before'] {
  const { target, createdAt, advisories, packages, findings, problems, coverage } = report;
  const { reference, kind, digest, imageId, platform } = target;
  return {
    ...{ reference, kind },
    ...(digest === undefined ? {} : { digest }),
    ...(imageId === undefined ? {} : { imageId }),
    ...(platform === undefined ? {} : { platform }),
    scannedAt: createdAt,
    advisories: {
      kind: advisories.kind,
      ...(advisories.builtAt === undefined ? {} : { builtAt: advisories.builtAt }),
    },
    ...{
      packages: packages.length,
      compared: comparedOf(coverage),
      findings: findings.length,
      problems: problems.length,
    },
  };
}

function comparedOf(coverage: ScanReport['coverage']): number {
  return coverage.filter(({ state }) => state === 'covered').reduce((sum, one) => sum + one.packages, 0);
}

type States = DiffReport['coverage'][number]['before'];

/** Where other states were reached; how many packages there are of each says nothing by itself. */
function compareCoverage(before: ScanReport, after: ScanReport): readonly DiffReport['coverage'][number][] {
  const [old, now] = [statesOf(before), statesOf(after)];
  const namesOf = (states: States) => states.map(({ state }) => state).join();
  return [...new Set([...old.keys(), ...now.keys()])]
    .sort()
    .map((subject) => ({ subject, before: old.get(subject) ?? [], after: now.get(subject) ?? [] }))
    .filter((line) => namesOf(line.before) !== namesOf(line.after));
}

function statesOf({ coverage }: ScanReport): ReadonlyMap<string, States> {
  const subjects = new Map<string, States>();
  for (const { subject, state, packages } of coverage) {
    const states = subjects.get(subject) ?? [];
    const known = states.find((one) => one.state === state);
    if (known === undefined) states.push({ state, packages });
    else known.packages += packages;
    subjects.set(subject, states);
  }
  return subjects;
}

function* notesOn(before: ScanReport, after: ScanReport): Generator<string> {
  const dates = [before, after].map(
    ({ advisories: { kind, builtAt } }) => `${kind} of ${builtAt?.slice(0, 10) ?? '-'}`,
  );
  if (before.advisories.builtAt !== after.advisories.builtAt || before.advisories.kind !== after.advisories.kind)
    yield `The two were compared with different advisories (${dates.join(', ')}): some findings differ because of that.`;
  for (const [name, { problems }] of [
    ['before', before],
    ['after', after],
  ] as const) {
    const [first] = problems;
    if (first !== undefined) yield `Not all of the image ${name} could be read: ${first.message}`;
  }
  if (before.target.os?.id !== after.target.os?.id)
    yield 'The two are of different distributions: packages of the same flaw may have other names.';
}
