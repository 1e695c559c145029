import { SEVERITIES, type Severity } from '#core/severity.ts';
import type { ReportItem } from '#report/items/item.ts';

const WIDTH = 1000;
/** One among thousands is still seen. */
const LEAST_WIDTH = 8;
const GAP = 3;

/** Severities that occur, the worst first, each with how often. */
export type SeverityCounts = readonly (readonly [Severity, number])[];

/** How many of each severity there are, the worst first; those that there are none of are left out. */
export function countSeverities(items: readonly ReportItem[]): SeverityCounts {
  const counts = new Map<Severity, number>();
  for (const { severity } of items) counts.set(severity, (counts.get(severity) ?? 0) + 1);
  return SEVERITIES.flatMap((level) => {
    const number = counts.get(level);
    return number === undefined ? [] : [[level, number] as const];
  });
}

/** A bar with a piece for each severity, as wide as its share. */
export function htmlBar(counts: SeverityCounts): string {
  if (counts.length === 0) return '';
  const all = counts.reduce((sum, [, number]) => sum + number, 0);
  const room = WIDTH - GAP * (counts.length - 1) - LEAST_WIDTH * counts.length;
  let x = 0;
  const pieces = counts.map(([level, number]) => {
    const width = LEAST_WIDTH + (room * number) / all;
    const piece = `<rect class="f-${level}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="10"/>`;
    x += width + GAP;
    return piece;
  });
  const words = counts.map(([level, number]) => `${number} ${level}`).join(', ');
  return `<div class="bar"><svg role="img" aria-label="${words}" viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none">${pieces.join('')}</svg></div>\n`;
}
