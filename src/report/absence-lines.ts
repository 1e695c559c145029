import type { Absence } from '#finding/finding.ts';
import { columns } from '#report/columns.ts';
import type { Paint } from '#report/paint.ts';

const HEADS = [
  { title: 'STATE', maxWidth: 14 },
  { title: 'ID', maxWidth: 20 },
  { title: 'PACKAGE', maxWidth: 40 },
  { title: 'BECAUSE', maxWidth: 60 },
];

/** Advisories on packages here that are no finding, each with its reason; none given, no lines. */
export function absenceLines(absences: readonly Absence[], width: number, paint: Paint): readonly string[] {
  if (absences.length === 0) return [];
  const rows = absences.map(({ state, id, purl, reason }) => [state, id, purl.replace(/\?.*$/, ''), reason]);
  const lines = columns(HEADS, rows, width, (text, row) => (row < 0 ? paint('bold', text) : text));
  return [paint('bold', 'No finding, and why'), ...lines];
}
