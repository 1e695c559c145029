import { escapeHtml } from '#report/html/escape-html.ts';
import { htmlCommands } from '#report/html/html-blocks.ts';
import type { Outcome, ReportItem } from '#report/items/item.ts';
import { placeText } from '#report/items/place-text.ts';

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  fails: '',
  warns: 'only warns',
  unknown: 'not known',
  accepted: 'accepted',
};
const MOST_PLACES = 20;
const ID_DIGITS = 16;

/** One item: its first lines, and what unfolds below them. @param pageTitle a subject of that name is not said again */
export function htmlItem(item: ReportItem, pageTitle: string): string {
  const { severity, outcome, sentence, subject, ruleId, title, positions, tags } = item;
  const [best] = positions;
  const about = [
    ...(sentence.includes(ruleId) ? [] : [`<code>${escapeHtml(ruleId)}</code>`]),
    ...(title === ruleId ? [] : [`<span>${escapeHtml(title)}</span>`]),
    ...(subject.name === pageTitle ? [] : [`<span>${escapeHtml(subject.name)}</span>`]),
    ...(best === undefined ? [] : [`<span>${escapeHtml(shortPlace(best, subject.name))}</span>`]),
    ...(OUTCOMES[outcome] === '' ? [] : [`<span>${OUTCOMES[outcome]}</span>`]),
  ];
  const exploited = tags.includes('known-exploited') ? '<span class="mark">exploited</span>' : '';
  return [
    `<details class="item" id="i${item.fingerprint.slice(0, ID_DIGITS)}" data-s="${severity}"><summary>`,
    `<span class="sev s-${severity}">${severity}${exploited}</span>`,
    `<span class="what"><span class="say">${escapeHtml(sentence)}</span>`,
    `<span class="of">${about.join('')}</span></span></summary>`,
    `<div class="more">${more(item)}</div></details>\n`,
  ].join('');
}

function shortPlace(place: ReportItem['positions'][number], subject: string): string {
  return place.kind === 'file' && place.path === subject ? `line ${place.line}` : placeText(place);
}

function more({ fix, commands, why, evidence, positions, tags }: ReportItem): string {
  const places = positions
    .slice(0, MOST_PLACES)
    .map((place) => `<li><code>${escapeHtml(placeText(place))}</code></li>`);
  const rest = positions.length - MOST_PLACES;
  if (rest > 0) places.push(`<li>and ${rest} more</li>`);
  const shell = commands === undefined || commands.length === 0 ? '' : htmlCommands(commands);
  return [
    fix === undefined && shell === ''
      ? ''
      : `<div class="fix"><h3>Fix</h3>${fix === undefined ? '' : `<p>${escapeHtml(fix)}</p>`}${shell}</div>`,
    why === undefined ? '' : `<div><h3>Why it matters</h3><p>${escapeHtml(why)}</p></div>`,
    evidence === undefined ? '' : `<div><h3>Seen</h3><p><code>${escapeHtml(evidence)}</code></p></div>`,
    places.length === 0 ? '' : `<div><h3>Where</h3><ul>${places.join('')}</ul></div>`,
    tags.length === 0
      ? ''
      : `<div><h3>Known as</h3><ul class="tags">${tags.map((tag) => `<li>${escapeHtml(tag)}</li>`).join('')}</ul></div>`,
  ].join('');
}
