import { compareSeverity } from '#core/severity.ts';
import type { ReportItem } from '#report/items/item.ts';
import type { Section } from '#report/page/page.ts';

/** A section of which not all may be shown. */
export interface ShownSection extends Section {
  /** Items that are not among those shown. */
  readonly leftOut: number;
}

const ORDER = ['fails', 'unknown', 'warns', 'accepted'] as const satisfies readonly ReportItem['outcome'][];

/** The sections with the most urgent items of all, in their order, at most so many. */
export function mostUrgent(sections: readonly Section[], most: number): readonly ShownSection[] {
  const all = sections.flatMap(({ items }) => items);
  if (all.length <= most) return sections.map((section) => ({ ...section, leftOut: 0 }));
  const urgency = ({ outcome }: ReportItem) => ORDER.indexOf(outcome);
  const sorted = all.toSorted((a, b) => urgency(a) - urgency(b) || compareSeverity(a.severity, b.severity));
  const kept = new Set(sorted.slice(0, most));
  return sections.map((section) => {
    const items = section.items.filter((item) => kept.has(item));
    return { ...section, items, leftOut: section.items.length - items.length };
  });
}
