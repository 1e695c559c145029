import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { htmlPage } from '#report/html/html-page.ts';
import { itemsOf } from '#report/items/item.ts';
import { flawDraft, HOSTILE_DRAFT } from '#report/items/items.fixture.ts';
import type { Page } from '#report/page/page.ts';
import { debianImage } from '../fakes/planted/debian-image.ts';
import { plantAdvisories } from '../fakes/planted/plant.ts';
import { type Browser, startBrowser, type View } from '../harness/browser.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const BAD_DOCKERFILE = 'FROM node:latest\nRUN curl https://x.example/i.sh | sh\nENV API_TOKEN=abcdef123456\n';
const DESK = { width: 1200, height: 900 };
const PHONE = { width: 360, height: 740 };

const LONG = 'registry.example/a/very/long/name/without/any/space/in/it@sha256:0123456789abcdef0123456789abcdef';

/** Every kind of running text, with words that are wider than a phone. */
const EVERY_BLOCK: Page = {
  title: LONG,
  verdict: { word: '3 to do tonight', tone: 'bad', sentence: LONG },
  facts: [['Image', LONG]],
  lead: [
    { kind: 'note', tone: 'unsure', text: LONG },
    { kind: 'text', text: LONG },
    {
      kind: 'steps',
      steps: (['bad', 'unsure', 'good', 'plain'] as const).map((tone) => ({
        ...{ tone, title: LONG, text: LONG, commands: [`docker run ${LONG}`] },
      })),
    },
    { kind: 'list', ordered: true, items: [LONG] },
    { kind: 'table', head: ['Image', 'A', 'B', 'C', 'D', 'E'], rows: [[LONG, '1', '2', '3', '4', '5']] },
    { kind: 'drawing', lines: [`outside ─(8080)─▶ ${LONG} ─[front]─▶ db`] },
  ],
  sections: [{ heading: LONG, lead: [{ kind: 'commands', lines: [LONG] }], items: itemsOf([flawDraft()]) }],
  whole: LONG,
  tool: { name: 'holdfast', version: '1' },
  createdAt: '2024-07-01T00:00:00.000Z',
};

needs('chromium')('pages in a real browser', () => {
  let bench: Bench;
  let browser: Browser;

  beforeAll(async () => {
    bench = startBench();
    browser = await startBrowser();
    writeFileSync(bench.path('debian.tar'), debianImage());
    writeFileSync(bench.path('Dockerfile'), BAD_DOCKERFILE);
    mkdirSync(bench.path('feeds'));
    const from = plantAdvisories(bench.path('feeds'));
    await bench.run(['db', 'build', '--from', ...from, '--out', 'advisories.db']);
    const data = ['debian.tar', '--advisories', 'advisories.db', '--quiet'];
    const ran = [
      await bench.run(['scan', ...data, '--format', 'html=scan.html']),
      await bench.run(['check', ...data, '--format', 'html=check.html']),
      await bench.run(['lint', 'Dockerfile', '--format', 'html=lint.html']),
    ];
    writeFileSync(bench.path('blocks.html'), [...htmlPage(EVERY_BLOCK)].join(''));
    expect(ran.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [3, ''],
      [3, ''],
    ]);
  });
  afterAll(async () => {
    await browser.stop();
    bench.remove();
  });

  const shown = (view: View) =>
    view.evaluate('[...document.querySelectorAll(".item")].filter((one) => one.checkVisibility()).length');
  const text = (view: View, selector: string) =>
    view.evaluate(`document.querySelector('${selector}').textContent.trim()`);
  const clean = (view: View) => expect([view.complaints(), view.requests()]).toEqual([[], []]);

  test('the search filters, the keyboard reaches it, and Escape ends it', async () => {
    const view = await browser.open(bench.path('scan.html'), { ...DESK, scheme: 'light' });
    expect(await text(view, 'h1')).toBe('debian.tar');
    const all = await shown(view);
    expect(all).toBe(29);
    await view.type('/nested');
    expect([await shown(view), await text(view, '[role=status]')]).toEqual([1, '1 of 29 shown']);
    await view.type('zzz');
    expect([await shown(view), await text(view, '[role=status]')]).toEqual([0, 'Nothing matches.']);
    await view.type('\u001b');
    expect([await shown(view), await text(view, '[role=status]')]).toEqual([29, '']);
    clean(view);
  });

  test('severities are chosen by buttons, one or several, and everything unfolds', async () => {
    const view = await browser.open(bench.path('scan.html'), { ...DESK, scheme: 'light' });
    const press = (level: string) => view.evaluate(`document.querySelector('button[data-s=${level}]').click()`);
    await press('critical');
    expect(await shown(view)).toBe(1);
    await press('high');
    expect(await shown(view)).toBe(3);
    expect(await view.evaluate('document.querySelectorAll("section:not([hidden])").length')).toBe(1);
    await view.evaluate('document.querySelector(".fold").click()');
    expect(await view.evaluate('document.querySelectorAll(".item[open]").length')).toBe(3);
    await press('critical');
    await press('high');
    expect(await shown(view)).toBe(29);
    clean(view);
  });

  test.each(['light', 'dark'] as const)('fits a phone, and is readable, in the %s', async (scheme) => {
    for (const name of ['scan', 'check', 'lint', 'blocks']) {
      const view = await browser.open(bench.path(`${name}.html`), { ...PHONE, scheme });
      await view.evaluate('document.querySelector(".fold").click()');
      const width = await view.evaluate('document.documentElement.scrollWidth');
      expect([name, width]).toEqual([name, PHONE.width]);
      const wide = `[...document.querySelectorAll('body *')].filter((one) => one.checkVisibility()
        && one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.chips, .scroll, pre')).length`;
      expect([name, await view.evaluate(wide)]).toEqual([name, 0]);
      expect([name, await contrast(view)]).toEqual([name, []]);
      clean(view);
    }
  });

  test('the verdict and what to do come first, and an item has its fix', async () => {
    const view = await browser.open(bench.path('check.html'), { ...DESK, scheme: 'dark' });
    expect(await text(view, '.verdict b')).toBe('DENY');
    expect(await text(view, 'section h2')).toBe('Why it is denied2');
    expect(await text(view, '.item .fix p')).toBe('Rebuild on a base image with exploited 1.0-2 or later.');
    const id = await view.evaluate('document.querySelector(".item").id');
    await view.evaluate(`location.hash = '#${id}', new Promise((resolve) => setTimeout(resolve, 50))`);
    expect(await view.evaluate(`document.getElementById('${id}').open`)).toBe(true);
    clean(view);
  });

  test('whatever an image says does nothing', async () => {
    const items = itemsOf([HOSTILE_DRAFT]);
    const page = {
      title: 'hostile',
      facts: [],
      lead: [{ kind: 'commands' as const, lines: ['echo "<b>"'] }],
      sections: [{ heading: 'All', lead: [], items }],
      whole: '',
      tool: { name: 'holdfast', version: '1' },
      createdAt: '2024-07-01T00:00:00.000Z',
    };
    writeFileSync(bench.path('hostile.html'), [...htmlPage(page)].join(''));
    const view = await browser.open(bench.path('hostile.html'), { ...PHONE, scheme: 'light' });
    expect(await text(view, '.say')).toContain('</td><script>alert(1)</script>');
    expect(await view.evaluate('document.querySelectorAll("img, a, script").length')).toBe(1);
    expect(await text(view, '.shell pre')).toBe('echo "<b>"');
    clean(view);
    // What is put in later does not run either.
    await view.evaluate('document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=hit=1>")');
    expect(await view.evaluate('typeof hit')).toBe('undefined');
    expect(view.complaints().join()).toContain('Content Security Policy');
  });

  test('twenty thousand findings open, and the search goes through those that are there', async () => {
    const items = itemsOf(
      Array.from({ length: 20_000 }, (_, at) =>
        flawDraft({ severity: at % 7 === 0 ? 'high' : 'low', sentence: `package-${at} 1.0 has a flaw; fixed in 2.0.` }),
      ),
    );
    const page = {
      title: 'large',
      facts: [],
      lead: [],
      sections: [{ heading: 'Findings', lead: [], items }],
      whole: 'All are elsewhere.',
      tool: { name: 'holdfast', version: '1' },
      createdAt: '2024-07-01T00:00:00.000Z',
    };
    writeFileSync(bench.path('large.html'), [...htmlPage(page)].join(''));
    const view = await browser.open(bench.path('large.html'), { ...DESK, scheme: 'light' });
    expect(await text(view, '.left')).toBe(
      '15000 less urgent items of 20000 left out to keep this page light. All are elsewhere.',
    );
    await view.type('/package-14');
    expect(await shown(view)).toBeGreaterThan(100);
    clean(view);
  });
});

/** Texts whose colour is too near to what is behind them (WCAG 2.2, 1.4.3: 4.5 to 1). */
async function contrast(view: View): Promise<unknown> {
  return view.evaluate(`(() => {
    const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
      .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = (element) => {
      for (let one = element; one !== null; one = one.parentElement) {
        const colour = parse(getComputedStyle(one).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
      }
      return [255, 255, 255];
    };
    const bad = new Set();
    for (const one of document.querySelectorAll('body *')) {
      const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '');
      if (!own || !one.checkVisibility()) continue;
      const [a, b] = [light(parse(getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
      if ((a + 0.05) / (b + 0.05) < 4.5) bad.add(one.tagName + '.' + one.className);
    }
    return [...bad];
  })()`);
}
