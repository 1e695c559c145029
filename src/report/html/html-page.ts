import { createHash } from 'node:crypto';
import { escapeHtml } from '#report/html/escape-html.ts';
import { countSeverities, htmlBar, type SeverityCounts } from '#report/html/html-bar.ts';
import { htmlBlocks } from '#report/html/html-blocks.ts';
import { htmlItem } from '#report/html/html-item.ts';
import { PAGE_SCRIPT } from '#report/html/page-script.ts';
import { PAGE_STYLE } from '#report/html/page-style.ts';
import { count } from '#report/next-steps.ts';
import { mostUrgent, type ShownSection } from '#report/page/most-urgent.ts';
import type { Page } from '#report/page/page.ts';

/** More than these make a page that a phone opens slowly. */
const MOST_ITEMS = 5000;

/**
 * A report as one HTML file, in pieces: no request goes out, nothing but its own script and style runs, and text from
 * images is text. Of more than 5,000 items it has the most urgent, and says how many are left out.
 */
export function* htmlPage(page: Page): Generator<string> {
  let room = MOST_ITEMS;
  const sections = mostUrgent(page.sections, () => room-- > 0);
  const counts = countSeverities(page.sections.flatMap(({ items }) => items));
  yield head(page.title);
  yield htmlHeader(page);
  yield htmlBar(counts);
  yield tools(counts);
  for (const section of sections) yield* htmlSection(section, page);
  const { name, version } = page.tool;
  const made = `Made by ${name} ${version} on ${page.createdAt.slice(0, 16).replace('T', ' at ')} UTC.`;
  yield `</main>\n<footer><p>${escapeHtml(made)} ${escapeHtml(page.whole)}</p></footer>\n`;
  yield `<script>${PAGE_SCRIPT}</script>\n</body>\n</html>\n`;
}

function head(title: string): string {
  const policy = `default-src 'none'; style-src '${hash(PAGE_STYLE)}'; script-src '${hash(PAGE_SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
`;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function htmlHeader({ title, verdict, facts, lead }: Page): string {
  const badge =
    verdict === undefined
      ? ''
      : `<div class="verdict ${verdict.tone}"><b>${escapeHtml(verdict.word)}</b>${
          verdict.sentence === undefined ? '' : `<span>${escapeHtml(verdict.sentence)}</span>`
        }</div>\n`;
  const rows = facts.map(([label, value]) => `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`);
  const list = rows.length === 0 ? '' : `<dl class="facts">${rows.join('')}</dl>\n`;
  return `<header>
<p class="maker">Holdfast</p>
<h1>${escapeHtml(title)}</h1>
${badge}${list}${htmlBlocks(lead)}</header>
<main>
`;
}

function tools(counts: SeverityCounts): string {
  const chips = counts.map(
    ([level, number]) =>
      `<button type="button" data-s="${level}" aria-pressed="false"><span class="sev s-${level}">${level} <span class="n">${number}</span></span></button>`,
  );
  return `<div class="tools" hidden>
<div class="row"><input type="search" placeholder="Search: a package, an id, a path" aria-label="Search the items" autocomplete="off" spellcheck="false">
<div class="row chips" role="group" aria-label="Only these severities">${chips.join('')}<button type="button" class="fold">Unfold all</button></div></div>
<p role="status"></p>
</div>
`;
}

function* htmlSection({ heading, lead, items, leftOut }: ShownSection, { whole, title }: Page): Generator<string> {
  const number = items.length + leftOut;
  const sum = number === 0 ? '' : `<span class="count">${number}</span>`;
  yield `<section>\n<h2>${escapeHtml(heading)}${sum}</h2>\n${htmlBlocks(lead)}`;
  if (items.length > 0) {
    yield '<div class="items">\n';
    for (const item of items) yield htmlItem(item, title);
    yield '</div>\n';
  }
  if (leftOut > 0) {
    const text = `${count(leftOut, 'less urgent item')} of ${number} left out to keep this page light. ${whole}`;
    yield `<p class="left">${escapeHtml(text)}</p>\n`;
  }
  yield '</section>\n';
}
