import { HoldfastError } from '#core/errors.ts';

/** A parsed JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

const LONGEST_TEXT = 1024;
const LONGEST_SUMMARY = 200;

/** True for a JSON object, false for an array, null and everything else. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The elements of an array; none for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * A name, an id or a version: a string of 1 to 1,024 characters without control characters, so that it can be a key and
 * be printed. Undefined for anything else.
 */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > LONGEST_TEXT) return undefined;
  return /[\u0000-\u001f\u007f-\u009f]/.test(value) ? undefined : value.toWellFormed();
}

/** Those elements of an array that are texts. */
export function textsOf(value: unknown): readonly string[] {
  const texts: string[] = [];
  for (const element of listOf(value)) {
    const text = textOf(element);
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

/** A point in time as it is written, if it is one that can be read. */
export function timeOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || text.length > 40 || Number.isNaN(Date.parse(text)) ? undefined : text;
}

/** The first sentence of a text on one line, without a heading before it, at most 200 characters, cut between words. */
export function firstSentence(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const line = value
    .slice(0, 4 * LONGEST_SUMMARY)
    .replace(/^\s*#[^\n]*\n(?=\s*\S)/, '')
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .replace(/^[ #*]+/, '');
  const end = line.search(/[.!?] /);
  const sentence = (end < 0 ? line : line.slice(0, end + 1)).trim();
  if (sentence === '') return undefined;
  if (sentence.length <= LONGEST_SUMMARY) return sentence.toWellFormed();
  const space = sentence.lastIndexOf(' ', LONGEST_SUMMARY - 1);
  const cut = sentence.slice(0, space > LONGEST_SUMMARY / 2 ? space : LONGEST_SUMMARY - 1);
  return `${cut.replace(/[\ud800-\udbff]$/, '')}…`.toWellFormed();
}

/** A record that has the shape of its feed and cannot be used. */
export function invalidRecord(id: unknown, why: string): HoldfastError {
  const name = textOf(id)?.slice(0, 100);
  return new HoldfastError(
    'ADVISORY_RECORD_INVALID',
    `${name === undefined ? 'A record without a usable id' : `The record ${name}`} was left out: ${why}`,
  );
}

/** True for a CVE id (CVE record format, `cveId`). */
export function isCve(id: string): boolean {
  return /^CVE-\d{4}-\d{4,19}$/.test(id);
}
