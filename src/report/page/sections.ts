import { type ItemDraft, itemsOf } from '#report/items/item.ts';
import type { Block, Section } from '#report/page/page.ts';

/** A section whose items have no fingerprints yet. */
interface SectionDraft {
  readonly heading: string;
  readonly lead: readonly Block[];
  readonly items: readonly ItemDraft[];
  /** Also when it has no items. */
  readonly keep?: true;
}

/** Sections with their items’ fingerprints, which differ on the whole page. Those without items go. */
export function sectionsWith(drafts: readonly SectionDraft[]): readonly Section[] {
  const items = itemsOf(drafts.flatMap((draft) => draft.items));
  let at = 0;
  return drafts.flatMap(({ heading, lead, items: own, keep }) => {
    const from = at;
    at += own.length;
    return own.length === 0 && keep !== true ? [] : [{ heading, lead, items: items.slice(from, at) }];
  });
}
