import { rateCvss } from '#advisory/cvss/score.ts';
import { isObject, type JsonObject, listOf } from '#advisory/feeds/fields.ts';
import { databaseOf } from '#advisory/feeds/osv/ids.ts';
import { compareSeverity, type RatedSeverity, type Severity } from '#core/severity.ts';

/** The words that databases rate with. Words that say "not rated" are not among them. */
const WORDS: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  high: 'high',
  important: 'high',
  medium: 'medium',
  moderate: 'medium',
  low: 'low',
  negligible: 'negligible',
  none: 'negligible',
  unimportant: 'negligible',
};

/** A rating in a word, `MODERATE` or Debian's `low**`; undefined for a word that rates nothing. */
function levelOfWord(word: unknown): Severity | undefined {
  if (typeof word !== 'string' || word.length > 40) return undefined;
  const key = word.toLowerCase().replace(/\*+$/, '').trim();
  return Object.hasOwn(WORDS, key) ? WORDS[key] : undefined;
}

/** Newest CVSS first, as databases that give several mean the newest; then the highest score. */
function compareVectors(a: RatedSeverity, b: RatedSeverity): number {
  if (a.source !== b.source) return a.source < b.source ? 1 : -1;
  return (b.score ?? 0) - (a.score ?? 0);
}

function fromList(list: unknown): RatedSeverity | undefined {
  const entries = listOf(list).filter(isObject);
  for (const { type, score } of entries as readonly { type?: unknown; score?: unknown }[]) {
    const level = type === 'Ubuntu' ? levelOfWord(score) : undefined;
    if (level !== undefined) return { level, source: 'ubuntu' };
  }
  const vectors = entries.flatMap(({ score }) => (typeof score === 'string' ? (rateCvss(score) ?? []) : []));
  return vectors.sort(compareVectors)[0];
}

function fromWord(word: unknown, source: string): RatedSeverity | undefined {
  const level = levelOfWord(word);
  return level === undefined ? undefined : { level, source };
}

function specific(from: JsonObject, field: 'ecosystem_specific' | 'database_specific'): JsonObject {
  const value = from[field];
  return isObject(value) ? value : {};
}

/** Enterprise Linux bulletins say it in the title: `Important: kernel security update`. */
function fromTitle(title: unknown, source: string): RatedSeverity | undefined {
  if (typeof title !== 'string' || !['almalinux', 'redhat', 'rocky'].includes(source)) return undefined;
  return fromWord(/^(Critical|Important|Moderate|Low):/.exec(title)?.[1], source);
}

/**
 * How severe a record is for one of its affected packages: the vendor's own word first, then CVSS; what is said of the
 * package before what is said of the whole record (OSV schema, `severity`). Undefined where nobody rated it.
 */
export function recordSeverity(id: string, record: JsonObject, affected: JsonObject): RatedSeverity | undefined {
  const source = databaseOf(id);
  const ecosystem = specific(affected, 'ecosystem_specific');
  const database = specific(affected, 'database_specific');
  return (
    fromWord(ecosystem['urgency'], 'debian') ??
    fromWord(ecosystem['severity'], source) ??
    fromWord(database['severity'], source) ??
    fromWord(specific(record, 'database_specific')['severity'], source) ??
    fromTitle(record['summary'], source) ??
    fromList(affected['severity']) ??
    fromList(record['severity']) ??
    (typeof database['cvss'] === 'string' ? rateCvss(database['cvss']) : undefined)
  );
}

/** The worse of two ratings of the same flaw in the same package; a missing one is none. */
export function worse(a: RatedSeverity | undefined, b: RatedSeverity | undefined): RatedSeverity | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareSeverity(a.level, b.level) <= 0 ? a : b;
}
