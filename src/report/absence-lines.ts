import type { Absence } from '#finding/finding.ts';
import { printable, wrapText } from '#report/columns.ts';
import type { Paint } from '#report/paint.ts';

/** Of those that nobody asked for. */
const MOST_UNASKED = 5;

/**
 * Advisories on packages here that are no finding, each with its reason; none given, no lines. Only those that could not
 * be compared are given without being asked for: of them the first few.
 */
export function absenceLines(absences: readonly Absence[], width: number, paint: Paint): readonly string[] {
  if (absences.length === 0) return [];
  const asked = absences.some(({ state }) => state !== 'not-comparable');
  const shown = asked ? absences : absences.slice(0, MOST_UNASKED);
  const lines = shown.flatMap(({ state, id, purl, reason }) =>
    wrapText(printable(`  ${state}: ${id} on ${shortPurl(purl)}: ${reason}`), width, '    '),
  );
  const more = absences.length - shown.length;
  const rest = more > 0 ? [`  and ${more} more that could not be compared: --format json`] : [];
  return [paint('bold', 'No finding, and why'), ...lines, ...rest];
}

/** `pkg:deb/debian/libc6@2.36-9?arch=amd64` -> `libc6@2.36-9`, `pkg:npm/%40a/b@1` -> `@a/b@1`. */
function shortPurl(purl: string): string {
  const [, type = '', rest = ''] = /^pkg:([^/]+)\/([^?#]*)/.exec(purl) ?? [];
  const name = ['deb', 'apk', 'rpm'].includes(type) ? rest.slice(rest.lastIndexOf('/') + 1) : rest;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
