import type { Severity } from '#core/severity.ts';
import { printable } from '#report/columns.ts';
import { filePlaces } from '#report/items/file-places.ts';
import type { ItemReport } from '#report/items/item-report.ts';

const SEVERITY: Readonly<Record<Severity, string>> = {
  critical: 'blocker',
  high: 'critical',
  medium: 'major',
  low: 'minor',
  negligible: 'info',
  unknown: 'info',
};

/**
 * GitLab's Code Quality report: a list, with a path and a line for each. What could not be told is listed as such; what
 * somebody accepts is left out.
 */
export function codeQuality({ groups, run }: ItemReport) {
  return groups.flatMap(({ items }) =>
    items
      .filter(({ outcome }) => outcome !== 'accepted')
      .map((item) => {
        const { ruleId, sentence, fix, severity, outcome, fingerprint } = item;
        const text = fix === undefined ? sentence : `${sentence} ${fix}`;
        const [place] = filePlaces(item, run.root);
        return {
          description: printable(outcome === 'unknown' ? `Not known: ${text}` : text),
          check_name: ruleId,
          fingerprint,
          severity: SEVERITY[severity],
          location: { path: printable(place?.path ?? item.subject.name), lines: { begin: place?.line ?? 1 } },
        };
      }),
  );
}
