import { describe, expect, it } from 'vitest';
import { type ItemDraft, itemsOf } from '#report/items/item.ts';

function draft(more: Partial<ItemDraft> = {}): ItemDraft {
  return {
    ruleId: 'CVE-2024-1',
    title: 'A flaw',
    severity: 'high',
    outcome: 'fails',
    sentence: 'It has a flaw.',
    positions: [],
    subject: { kind: 'image', name: 'registry.example:5000/team/app:1' },
    tags: [],
    ...more,
  };
}

const prints = (...drafts: readonly ItemDraft[]) => itemsOf(drafts).map(({ fingerprint }) => fingerprint);
const image = (name: string) => prints(draft({ subject: { kind: 'image', name } }))[0];

describe('fingerprints', () => {
  it('are the same for the next build of an image, and for its file wherever that lies', () => {
    expect(image('registry.example:5000/team/app:2')).toBe(prints(draft())[0]);
    expect(image(`registry.example:5000/team/app@sha256:${'0'.repeat(64)}`)).toBe(prints(draft())[0]);
    expect(image('/home/one/app.tar')).toBe(image('/builds/two/app.tar'));
  });

  it('differ by image, registry, rule, and what else makes an item', () => {
    const all = [
      ...prints(draft()),
      image('registry.example/team/app:1'),
      image('registry.example:5000/team/other:1'),
      ...prints(draft({ ruleId: 'CVE-2024-2' })),
      ...prints(draft({ identity: ['npm', 'a'] })),
      ...prints(draft({ identity: ['npm', 'b'] })),
      ...prints(draft({ subject: { kind: 'file', name: 'Dockerfile' } })),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('of items that nothing tells apart are counted, so that none is lost', () => {
    const [first, second, third] = prints(draft(), draft(), draft());
    expect(new Set([first, second, third]).size).toBe(3);
    expect(prints(draft(), draft())).toEqual([first, second]);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
  });

  it('do not change with what is said around an item', () => {
    const same = { why: 'Else.', fix: 'Else.', evidence: 'else', severity: 'low', outcome: 'warns' } as const;
    expect(prints(draft({ identity: ['a'] }))).toEqual(prints(draft({ identity: ['a'], sentence: 'Else.', ...same })));
  });
});
