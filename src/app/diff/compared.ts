import type { ScanReport } from '#api/scan-report.ts';
import { lookUpsOf } from '#finding/look-ups.ts';

const COMPARED = new Set(['covered', 'not-affected', 'stale']);

/**
 * Why a report says nothing of a package's flaws although it has the package; undefined where it was compared. A built-in
 * starter set counts only against another one: it knows a part of what there is.
 * @param other the report whose finding is looked for
 */
export function whyNotCompared(
  report: ScanReport,
  found: ScanReport['packages'][number],
  other: ScanReport,
): string | undefined {
  const { advisories, coverage, target } = report;
  if (advisories.kind === 'none') return 'there were no advisories to compare with';
  if (advisories.kind === 'starter' && other.advisories.kind === 'full')
    return 'only the built-in starter set was compared with';
  if (found.thirdParty === true) return 'it is published by a third party, whose advisories nobody has';
  if (found.evidence === 'unreliable') return 'its version says nothing about releases';
  const os = target.os === undefined ? undefined : { ...target.os, idLike: [] };
  const { type, name, version, source } = found;
  const asked = lookUpsOf({ type, name, version, ...(source === undefined ? {} : { source }) }, os, []);
  if (asked.kind === 'none') return asked.reason;
  const [subject = ''] = asked.lookUps.map(({ ecosystem }) => ecosystem);
  const family = subject.split(':', 1)[0] ?? '';
  const exact = coverage.filter((line) => line.subject === subject);
  // Branches of a distribution's repositories are not in the report: what was asked of its family then counts.
  const lines = exact.length > 0 ? exact : coverage.filter((line) => line.subject.split(':', 1)[0] === family);
  if (lines.some(({ state }) => COMPARED.has(state))) return undefined;
  const same = other.coverage.some((line) => lines.some((own) => own.subject === line.subject));
  if (advisories.kind === 'starter' && same) return undefined;
  return lines[0] === undefined ? `nothing was asked of ${subject}` : `${lines[0].subject}: ${lines[0].reason}`;
}
