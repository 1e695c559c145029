import type { ChangeSummary } from '#volume/signs/change-summary.ts';
import { isUnusual, type Usual, usualOf } from '#volume/signs/history.ts';

export type SignKind =
  /** Contents that could be compressed cannot be any more. */
  | 'scrambled'
  /** Files do not begin as their formats do any more. */
  | 'formats-lost'
  /** Many files have the same new extension. */
  | 'renamed'
  /** Files are gone, and about as many others that nobody can read are there. */
  | 'replaced'
  /** Nearly all files are gone. */
  | 'emptied';

/** One sign, with its figures. */
export interface Sign {
  readonly kind: SignKind;
  readonly sentence: string;
  /** Between 0 and 1. */
  readonly share: number;
  readonly usual: Usual;
}

/** What the changes from one snapshot to the next look like. */
export type SignsJudged =
  | { readonly kind: 'clear' }
  | { readonly kind: 'raised'; readonly signs: readonly [Sign, ...Sign[]] }
  | { readonly kind: 'not-judged'; readonly reason: string };

/** With fewer, nobody can say what is usual. */
const LEAST_HISTORY = 5;
/** Fewer files than that are no storm, unless they are half of all there are. */
const MANY = 10;

interface Rule {
  readonly kind: SignKind;
  readonly share: (summary: ChangeSummary) => number;
  /** What must hold beside an unusual share. */
  readonly holds: (summary: ChangeSummary, share: number) => boolean;
  readonly sentence: (summary: ChangeSummary) => string;
}

const RULES: readonly Rule[] = [
  {
    kind: 'scrambled',
    share: ({ scrambled, compared }) => part(scrambled, compared),
    holds: ({ scrambled, filesBefore }, share) => share >= 0.5 && isMany(scrambled, filesBefore),
    sentence: ({ scrambled, compared }) =>
      `${scrambled} of ${compared} files with new content could be compressed before, and cannot be any more`,
  },
  {
    kind: 'formats-lost',
    share: ({ formatsLost, formatsJudged }) => part(formatsLost, formatsJudged),
    holds: ({ formatsLost, filesBefore, formatsJudged, changed, renamed }, share) =>
      share >= 0.6 &&
      isMany(formatsLost, Math.min(filesBefore, formatsJudged)) &&
      part(changed + renamed, filesBefore) >= 0.2,
    sentence: ({ formatsLost, formatsJudged }) =>
      `${formatsLost} of ${formatsJudged} files that were looked at do not begin any more as their formats do`,
  },
  {
    kind: 'renamed',
    share: ({ renamedAlike, filesBefore }) => part(renamedAlike, filesBefore),
    holds: ({ renamedAlike, renamed, filesBefore }, share) =>
      share >= 0.3 && renamedAlike >= 0.8 * renamed && isMany(renamedAlike, filesBefore),
    sentence: ({ renamedAlike, filesBefore, renamedTo }) =>
      `${renamedAlike} of ${filesBefore} files were renamed to end with ${renamedTo}`,
  },
  {
    kind: 'replaced',
    share: ({ removed, filesBefore }) => part(removed, filesBefore),
    holds: ({ removed, added, addedJudged, addedScrambled, filesBefore }, share) =>
      share >= 0.5 &&
      isMany(removed, filesBefore) &&
      added >= 0.8 * removed &&
      added <= 1.25 * removed + 5 &&
      addedJudged >= 0.5 * added &&
      addedScrambled >= 0.8 * addedJudged,
    sentence: ({ removed, filesBefore, added }) =>
      `${removed} of ${filesBefore} files are gone, and ${added} others came whose content is in no known format`,
  },
  {
    kind: 'emptied',
    share: ({ removed, filesBefore }) => part(removed, filesBefore),
    holds: ({ removed, added }, share) => share >= 0.8 && removed >= MANY && added <= 0.2 * removed,
    sentence: ({ removed, filesBefore }) => `${removed} of ${filesBefore} files are gone`,
  },
];

/**
 * Looks for signs of ransomware in the changes from one snapshot to the next: shares that are high, and far above what is
 * usual for the volume.
 * @param earlier the changes before, in any order
 */
export function judgeChanges(summary: ChangeSummary, earlier: readonly ChangeSummary[]): SignsJudged {
  if (earlier.length < LEAST_HISTORY) {
    const reason = `there are ${earlier.length} earlier changes to compare with, and it takes ${LEAST_HISTORY}`;
    return { kind: 'not-judged', reason };
  }
  const signs = RULES.flatMap((rule): Sign[] => {
    const share = rule.share(summary);
    const usual = usualOf(earlier.map(rule.share));
    if (!rule.holds(summary, share) || !isUnusual(share, usual)) return [];
    return [{ kind: rule.kind, sentence: rule.sentence(summary), share, usual }];
  });
  const [first, ...more] = signs;
  return first === undefined ? { kind: 'clear' } : { kind: 'raised', signs: [first, ...more] };
}

function part(some: number, all: number): number {
  return all === 0 ? 0 : Math.min(1, some / all);
}

function isMany(count: number, all: number): boolean {
  return count >= Math.max(3, Math.min(MANY, all / 2));
}
