import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemsOf } from '#report/items/item.ts';
import { draft, flawDraft, HOSTILE, HOSTILE_DRAFT } from '#report/items/items.fixture.ts';
import { markdownPage } from '#report/markdown/markdown-page.ts';
import { markdownText } from '#report/markdown/markdown-text.ts';
import type { Page } from '#report/page/page.ts';

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

/** What is left of Markdown without its code: spans end with as many backticks as they begin with (CommonMark 6.1). */
function withoutCode(text: string): string {
  return text.replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, 'C');
}

/** Anything that a dialect of Markdown could act on. */
const ACTIVE = /[`@#$&~%^*_<>|\\{}[\]:]|!(?=[\d[])|www\.|(?:^|\W)gh-\d|\b[0-9a-f]{7,64}\b/iu;

describe('text in Markdown', () => {
  it('does nothing, whatever it is', () => {
    expect(withoutCode(markdownText(HOSTILE)).replace(/:(?= |$)/g, '')).not.toMatch(ACTIVE);
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (text) => {
        const rest = withoutCode(markdownText(text));
        expect(rest.replace(/:+(?=[\s.,;!?)"]|$)/g, '')).not.toMatch(ACTIVE);
        expect(rest).not.toMatch(/\n/);
      }),
      { numRuns: 500 },
    );
  });

  it('stays as it is where it is only words', () => {
    const sentence = 'Upgrade openssl (from 3.0.1) to 3.0.2+deb12u1 or later: it clears 41 of 43.';
    expect(markdownText(sentence)).toBe(sentence);
  });

  it('shows as code what would be something else, and what its author marked so', () => {
    expect(markdownText('See https://x.example, @me and #1.')).toBe('See `https://x.example`, `@me` and `#1`.');
    expect(markdownText('Set `since: fix` there.')).toBe('Set `since: fix` there.');
    expect(markdownText('SHELL ["/bin/bash", "-c"]; x')).toBe('SHELL `["/bin/bash", "-c"]`; x');
    expect(markdownText('- no list')).toBe('`-` no list');
    expect(markdownText('a``b')).toBe('```a``b```');
  });
});

describe('the Markdown page', () => {
  it('shows the first ten of a section and folds the others', () => {
    const items = itemsOf(Array.from({ length: 13 }, (_, at) => draft({ sentence: `Number ${at}.` })));
    const text = markdownPage(page({ sections: [{ heading: 'Findings', lead: [], items }] }));
    expect(text).toContain('### Findings (13)');
    expect(text.indexOf('Number 9.')).toBeLessThan(text.indexOf('<details><summary>3 more</summary>'));
    expect(text.indexOf('Number 10.')).toBeGreaterThan(text.indexOf('<details>'));
    expect(text.split('<details>').length).toBe(text.split('</details>').length);
  });

  it('fits a comment however much there is, keeps the most urgent, and says how many it leaves out', () => {
    const low = itemsOf(
      Array.from({ length: 20_000 }, (_, at) => flawDraft({ severity: 'low', sentence: `Low ${at}.` })),
    );
    const high = itemsOf([draft({ sentence: 'The urgent one.' })]);
    const long = 'word '.repeat(400);
    const text = markdownPage(
      page({
        title: long,
        facts: Array.from({ length: 100 }, () => [long, long] as const),
        lead: [{ kind: 'list', ordered: false, items: Array.from({ length: 500 }, () => long) }],
        sections: [
          { heading: 'Many', lead: [{ kind: 'text', text: long }], items: low },
          { heading: 'Few', lead: [], items: high },
        ],
      }),
    );
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain('The urgent one.');
    const left = Number(/(\d+) less urgent items left out to fit a comment\. The rest is elsewhere\./.exec(text)?.[1]);
    const shown = text.split('\n').filter((line) => line.startsWith('- **low**')).length;
    expect(shown).toBeGreaterThan(50);
    expect(left + shown).toBe(20_000);
  });

  it('numbers things to do, each with its commands in a block that nothing in them ends', () => {
    const steps = [
      { tone: 'bad' as const, title: 'Stop it', text: 'It is open.', commands: ['echo "```"', 'docker stop x'] },
    ];
    expect(markdownPage(page({ lead: [{ kind: 'steps', steps }] }))).toContain(
      '1. **Stop it**<br>It is open.\n   ````sh\n   echo "```"\n   docker stop x\n   ````\n',
    );
  });

  it('closes a block of code that is cut, so that what follows is no code and code is nothing else', () => {
    const lines = ['first', 'x'.repeat(30_000), 'last'];
    const step = { tone: 'bad' as const, title: 'Do it', text: 'Now.', commands: lines };
    const sections = [{ heading: 'Few', lead: [{ kind: 'drawing' as const, lines: ['@team'] }], items: [] }];
    const drawn = markdownPage(page({ lead: [{ kind: 'drawing', lines }], sections }));
    expect(drawn).toContain('```text\nfirst\n```\n\n(cut)\n');
    const told = markdownPage(page({ lead: [{ kind: 'steps', steps: [step] }], sections }));
    expect(told).toContain('   ```sh\n   first\n   ```\n\n(cut)\n');
    for (const text of [drawn, told]) {
      expect(withoutCode(text)).not.toContain('@team');
      expect(text).toContain('\n### Few\n');
    }
  });

  it('lets nothing of an image link, mention or draw', () => {
    const text = markdownPage(
      page({
        title: HOSTILE,
        verdict: { word: HOSTILE, tone: 'bad', sentence: HOSTILE },
        facts: [[HOSTILE, HOSTILE]],
        lead: [
          { kind: 'text', text: HOSTILE },
          { kind: 'note', tone: 'bad', text: HOSTILE },
          { kind: 'table', head: ['A'], rows: [[HOSTILE]] },
          { kind: 'steps', steps: [{ tone: 'bad', title: HOSTILE, text: HOSTILE }] },
        ],
        sections: [{ heading: HOSTILE, lead: [], items: itemsOf([HOSTILE_DRAFT]) }],
      }),
    );
    const rest = withoutCode(text)
      // Ours.
      .replace(/<\/?(?:sub|br|details|summary)>/g, '')
      .replace(/^#+ |^> |^\| | \|$|^\| --- \|$|\*\*/gm, '')
      .replace(/:(?=\s)/g, '');
    expect(rest).not.toMatch(/[@#$~%^_<>\\[\]{}]|www\.|https?:|!(?=\d)/);
  });
});
