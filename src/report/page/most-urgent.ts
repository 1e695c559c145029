import { compareSeverity } from '#core/severity.ts';
import type { ReportItem } from '#report/items/item.ts';
import type { Section } from '#report/page/page.ts';

/** A section of which not all may be shown. */
export interface ShownSection extends Section {
  /** Items that are not among those shown. */
  readonly leftOut: number;
}

const ORDER = ['fails', 'unknown', 'warns', 'accepted'] as const satisfies readonly ReportItem['outcome'][];

/**
 * The sections with the most urgent items of all, in their order. @param admit asked of each, the most urgent first; once it
 * says no, nobody else is asked
 */
export function mostUrgent(
  sections: readonly Section[],
  admit: (item: ReportItem) => boolean,
): readonly ShownSection[] {
  const all = sections.flatMap(({ items }) => items);
  const urgency = ({ outcome }: ReportItem) => ORDER.indexOf(outcome);
  const sorted = all.toSorted((a, b) => urgency(a) - urgency(b) || compareSeverity(a.severity, b.severity));
  const kept = new Set<ReportItem>();
  for (const item of sorted) {
    if (!admit(item)) break;
    kept.add(item);
  }
  return sections.map((section) => {
    const items = section.items.filter((item) => kept.has(item));
    return { ...section, items, leftOut: section.items.length - items.length };
  });
}
