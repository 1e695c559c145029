import type { JudgedCheck } from '#report/host-report.ts';
import type { ItemDraft, Subject } from '#report/items/item.ts';
import { capitalised, tagOf } from '#report/items/lint-items.ts';

const HOST: Subject = { kind: 'host', name: 'this host' };

/** What fails, and what could not be looked at or is for a person to judge. */
export function hostItems(judged: readonly JudgedCheck[]): readonly ItemDraft[] {
  return judged.flatMap(({ check, answer }): readonly ItemDraft[] => {
    const { id, title, severity, why, fix, elsewhere } = check;
    const { outcome, sentence } = answer;
    if (outcome !== 'fail' && outcome !== 'unknown') return [];
    const fails = outcome === 'fail';
    return [
      {
        ruleId: id,
        title: capitalised(title),
        severity: fails ? severity : 'unknown',
        outcome: fails ? 'fails' : 'unknown',
        ...(answer.manual === true ? { gap: true as const } : {}),
        sentence,
        why,
        ...(fails ? { fix } : {}),
        positions: [],
        subject: HOST,
        tags: elsewhere.map(tagOf),
        identity: [],
      },
    ];
  });
}
