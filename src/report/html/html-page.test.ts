import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { htmlPage } from '#report/html/html-page.ts';
import { type ItemDraft, itemsOf } from '#report/items/item.ts';
import type { Page } from '#report/page/page.ts';

const HOSTILE = `</summary><script>alert(1)</script><img src=x onerror='a'>"&\u0000\u202e`;

function draft(more: Partial<ItemDraft> = {}): ItemDraft {
  return {
    ruleId: 'build/rule',
    title: 'Something holds',
    severity: 'high',
    outcome: 'fails',
    sentence: 'Something does not hold.',
    positions: [],
    subject: { kind: 'file', name: 'Dockerfile' },
    tags: [],
    ...more,
  };
}

function page(more: Partial<Page> = {}): Page {
  return {
    title: 'app:1',
    facts: [],
    lead: [],
    sections: [],
    whole: 'The rest is elsewhere.',
    tool: { name: 'holdfast', version: '1' },
    createdAt: '2024-07-01T12:34:56.000Z',
    ...more,
  };
}

const text = (from: Page) => [...htmlPage(from)].join('');

describe('the HTML page', () => {
  it('names its own style and script by their hashes, and lets nothing else run or load', () => {
    const html = text(page());
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? '';
    const hash = (body: string | undefined) =>
      createHash('sha256')
        .update(body ?? '')
        .digest('base64');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${hash(/<style>([\s\S]*?)<\/style>/.exec(html)?.[1])}'`,
      `script-src 'sha256-${hash(/<script>([\s\S]*?)<\/script>/.exec(html)?.[1])}'`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(html).not.toMatch(/\bstyle=|\bon\w+=|\bsrc=|\bhref=|url\(/);
  });

  it('shows whatever an image says as text, wherever it stands', () => {
    const all = text(
      page({
        title: HOSTILE,
        verdict: { word: HOSTILE, tone: 'bad', sentence: HOSTILE },
        facts: [[HOSTILE, HOSTILE]],
        lead: [
          { kind: 'text', text: HOSTILE },
          { kind: 'note', tone: 'bad', text: HOSTILE },
          { kind: 'list', ordered: true, items: [HOSTILE] },
          { kind: 'commands', lines: [HOSTILE] },
          { kind: 'steps', steps: [{ tone: 'bad', title: HOSTILE, text: HOSTILE, commands: [HOSTILE] }] },
          { kind: 'drawing', lines: [HOSTILE] },
          { kind: 'table', head: [HOSTILE], rows: [[HOSTILE]] },
        ],
        sections: [
          {
            heading: HOSTILE,
            lead: [{ kind: 'text', text: HOSTILE }],
            items: itemsOf([
              draft({
                ruleId: HOSTILE,
                title: `${HOSTILE}2`,
                sentence: `${HOSTILE}3`,
                why: HOSTILE,
                fix: HOSTILE,
                commands: [HOSTILE],
                evidence: HOSTILE,
                positions: [{ kind: 'workload', workload: HOSTILE, field: HOSTILE }],
                subject: { kind: 'image', name: HOSTILE },
                tags: [HOSTILE],
              }),
            ]),
          },
        ],
        whole: HOSTILE,
        tool: { name: HOSTILE, version: HOSTILE },
      }),
    );
    const body = all.replace(/<script>[\s\S]*?<\/script>\n<\/body>/, '');
    expect(body).not.toMatch(/<script|<img|onerror='|\u0000|\u202e/);
    // As often as it was given: nothing was lost on the way.
    expect(body.split('&lt;script&gt;alert(1)&lt;/script&gt;').length).toBeGreaterThan(29);
  });

  it('keeps the most urgent of too many, and says how many it leaves out, where', () => {
    const low = itemsOf(Array.from({ length: 6000 }, (_, at) => draft({ severity: 'low', sentence: `Low ${at}.` })));
    const high = itemsOf([draft({ sentence: 'The urgent one.' })]);
    const html = text(
      page({
        sections: [
          { heading: 'Many', lead: [], items: low },
          { heading: 'Few', lead: [], items: high },
        ],
      }),
    );
    expect(html.split('<details').length - 1).toBe(5000);
    expect(html).toContain('The urgent one.');
    expect(html).toContain('1001 less urgent items of 6000 left out to keep this page light. The rest is elsewhere.');
    // The sums are of all, whatever is shown.
    expect(html).toContain('aria-label="1 high, 6000 low"');
  });

  it('is the same for the same report', () => {
    const from = page({ sections: [{ heading: 'A', lead: [], items: itemsOf([draft()]) }] });
    expect(text(from)).toBe(text(from));
  });
});
