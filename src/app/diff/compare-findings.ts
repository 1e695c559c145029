import { isBulletin } from '#advisory/bulletins.ts';
import type { DiffReport } from '#api/diff-report.ts';
import type { ScanReport } from '#api/scan-report.ts';
import { whyNotCompared } from '#app/diff/compared.ts';
import { purlBase } from '#app/projections/contents.ts';
import { findingKey } from '#policy/finding-key.ts';

type Finding = ScanReport['findings'][number];
type Row = Omit<DiffReport['findings']['new'][number], 'why'>;

/** One report of two, with its packages and findings by name. */
export interface DiffSide {
  readonly report: ScanReport;
  /** Versions by {@link purlBase}. */
  readonly versions: (base: string) => readonly string[];
  /** A package of that name; undefined where there is none. */
  readonly package: (base: string) => ScanReport['packages'][number] | undefined;
}

/**
 * What became of findings. One that is gone is fixed only where its package was compared again, or is gone, too: what nobody
 * compared any more, and what other advisories say of the same version, is told apart. One flaw in two versions of a package
 * is one.
 */
export function compareFindings(before: DiffSide, after: DiffSide): DiffReport['findings'] {
  const [old, now] = [keysOf(before.report), keysOf(after.report)];
  const found: DiffReport['findings'] = { fixed: [], new: [], still: [], noLongerReported: [], noLongerCompared: [] };
  for (const one of onceEach(after.report.findings)) {
    const row = rowOf(one, before, after);
    if (isAmong(one, old)) found.still.push({ ...row, why: 'It is still there.' });
    else found.new.push({ ...row, why: whyNew(one, row, before, after) });
  }
  for (const one of onceEach(before.report.findings)) {
    if (isAmong(one, now)) continue;
    const row = rowOf(one, before, after);
    const { kind, why } = whyGone(one, row, before, after);
    found[kind].push({ ...row, why });
  }
  return found;
}

function whyNew(one: Finding, { before: versions, after: now }: Row, before: DiffSide, after: DiffSide): string {
  const found = before.package(purlBase(one.package.purl));
  if (found === undefined) {
    const unread = before.report.problems.length > 0 ? ', as far as the report before could be read' : '';
    return `${one.package.name} was added${unread}.`;
  }
  const unknown = whyNotCompared(before.report, found, after.report);
  if (unknown !== undefined) return `Whether it was there before is not known: ${unknown}.`;
  if (now.some((version) => versions.includes(version))) return 'It became known: the version was there before.';
  return `${one.package.name} went from ${versions.join(', ')} to ${now.join(', ')}.`;
}

type Gone = 'fixed' | 'noLongerReported' | 'noLongerCompared';

function whyGone(
  one: Finding,
  { before: versions, after: now }: Row,
  before: DiffSide,
  after: DiffSide,
): { readonly kind: Gone; readonly why: string } {
  const { name } = one.package;
  const found = after.package(purlBase(one.package.purl));
  const [problem] = after.report.problems;
  if (found === undefined) {
    if (problem === undefined) return { kind: 'fixed', why: `${name} is gone.` };
    return { kind: 'noLongerCompared', why: `${name} was not found, and not all could be read: ${problem.message}.` };
  }
  const unknown = whyNotCompared(after.report, found, before.report);
  if (unknown !== undefined) return { kind: 'noLongerCompared', why: `${name} was not compared: ${unknown}.` };
  const older = olderAdvisories(before.report, after.report);
  if (now.some((version) => versions.includes(version))) {
    const why = older ? 'and the advisories are older than before' : 'and the advisories say otherwise now';
    return { kind: 'noLongerReported', why: `${name} is of the same version, ${why}.` };
  }
  if (older) return { kind: 'noLongerCompared', why: `The advisories are older than those that knew it.` };
  return { kind: 'fixed', why: `${name} went from ${versions.join(', ')} to ${now.join(', ')}.` };
}

function olderAdvisories(before: ScanReport, after: ScanReport): boolean {
  const [old, now] = [before.advisories.builtAt, after.advisories.builtAt];
  return old !== undefined && now !== undefined && Date.parse(now) < Date.parse(old);
}

/** A bulletin is of several flaws: it names none of them. */
function namesOf({ id, aliases, package: { purl } }: Finding): readonly string[] {
  return [id, ...aliases.filter((alias) => !isBulletin(alias))].map((name) => findingKey(name, purl));
}

function keysOf({ findings }: ScanReport): ReadonlySet<string> {
  return new Set(findings.flatMap(namesOf));
}

function isAmong(one: Finding, keys: ReadonlySet<string>): boolean {
  return namesOf(one).some((key) => keys.has(key));
}

/** In the order of the report, which is by urgency. */
function onceEach(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter((one) => {
    const key = findingKey(one.id, one.package.purl);
    return !seen.has(key) && seen.add(key);
  });
}

function rowOf(one: Finding, before: DiffSide, after: DiffSide): Row {
  const base = purlBase(one.package.purl);
  return {
    ...{ id: one.id, severity: one.severity, knownExploited: one.knownExploitedSince !== undefined },
    ...{ package: one.package.name, type: one.package.type },
    ...{ before: [...before.versions(base)], after: [...after.versions(base)] },
    fixedVersions: [...one.fixedVersions],
  };
}
