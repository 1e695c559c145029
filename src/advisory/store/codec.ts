import type { Advisory, AffectedRange, FixState, RangeEvent } from '#advisory/advisory.ts';
import { corrupt } from '#advisory/store/store-error.ts';
import { type RatedSeverity, SEVERITIES } from '#core/severity.ts';

/** What is left of an advisory once its key, ecosystem and package, is known; fields that say nothing are left out. */
export interface Stored {
  readonly i: string;
  readonly a?: readonly string[];
  /** `n` not affected, `u` undetermined; affected is left out. */
  readonly t?: 'n' | 'u';
  /** A range is its type (`S`, `E`) and its events: `i`, `f`, `l` or `x` (limit) before the version. */
  readonly r?: readonly (readonly string[])[];
  readonly v?: readonly string[];
  /** Place in SEVERITIES, source, score. */
  readonly s?: readonly [number, string, number?];
  readonly f?: FixState;
  readonly m?: string;
  readonly w?: string;
  readonly p?: string;
  readonly o: string;
  readonly d?: string;
  readonly u?: readonly string[];
  readonly h?: readonly string[];
  /** When the fix was published. */
  readonly q?: string;
}

const FIX_STATES: readonly FixState[] = ['open', 'no-dsa', 'postponed', 'ignored', 'end-of-life'];

function packEvent(event: RangeEvent): string {
  if ('introduced' in event) return `i${event.introduced}`;
  if ('fixed' in event) return `f${event.fixed}`;
  return 'lastAffected' in event ? `l${event.lastAffected}` : `x${event.limit}`;
}

function unpackEvent(text: string): RangeEvent {
  const version = text.slice(1);
  switch (text[0]) {
    case 'i':
      return { introduced: version };
    case 'f':
      return { fixed: version };
    case 'l':
      return { lastAffected: version };
    case 'x':
      return { limit: version };
    default:
      throw corrupt('an event of a range is not known');
  }
}

function unpackRange(packed: readonly string[]): AffectedRange {
  const events: RangeEvent[] = [];
  for (let at = 1; at < packed.length; at += 1) events.push(unpackEvent(packed[at] ?? ''));
  return { type: packed[0] === 'S' ? 'SEMVER' : 'ECOSYSTEM', events };
}

function unpackSeverity([place, source, score]: readonly [number, string, number?]): RatedSeverity {
  const level = SEVERITIES[place] ?? 'unknown';
  return score === undefined ? { level, source } : { level, source, score };
}

/** An advisory as compact JSON without its ecosystem and package; equal advisories give equal text. */
export function packAdvisory(advisory: Advisory): string {
  const { severity } = advisory;
  const stored: Stored = {
    i: advisory.id,
    ...(advisory.aliases.length > 0 ? { a: advisory.aliases } : {}),
    ...(advisory.status === 'affected' ? {} : { t: advisory.status === 'not-affected' ? 'n' : 'u' }),
    ...(advisory.ranges.length > 0
      ? { r: advisory.ranges.map((range) => [range.type === 'SEMVER' ? 'S' : 'E', ...range.events.map(packEvent)]) }
      : {}),
    ...(advisory.versions.length > 0 ? { v: advisory.versions } : {}),
    ...(severity === undefined
      ? {}
      : {
          s:
            severity.score === undefined
              ? [SEVERITIES.indexOf(severity.level), severity.source]
              : [SEVERITIES.indexOf(severity.level), severity.source, severity.score],
        }),
    ...(advisory.fixState === undefined ? {} : { f: advisory.fixState }),
    ...(advisory.summary === undefined ? {} : { m: advisory.summary }),
    ...(advisory.withdrawn === undefined ? {} : { w: advisory.withdrawn }),
    ...(advisory.published === undefined ? {} : { p: advisory.published }),
    o: advisory.source,
    ...(advisory.module === undefined ? {} : { d: advisory.module }),
    ...(advisory.upstream === undefined ? {} : { u: advisory.upstream }),
    ...(advisory.architectures === undefined ? {} : { h: advisory.architectures }),
    ...(advisory.fixPublished === undefined ? {} : { q: advisory.fixPublished }),
  };
  return JSON.stringify(stored);
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isTexts(value: unknown): value is readonly string[] {
  if (!Array.isArray(value)) return false;
  for (const text of value as readonly unknown[]) if (typeof text !== 'string') return false;
  return true;
}

function isOptionalTexts(value: unknown): boolean {
  return value === undefined || isTexts(value);
}

function isRanges(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  for (const range of value as readonly unknown[]) if (!isTexts(range)) return false;
  return true;
}

function isSeverity(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const list = value as readonly unknown[];
  const score = list[2];
  return (
    typeof list[0] === 'number' && typeof list[1] === 'string' && (score === undefined || typeof score === 'number')
  );
}

/** Every field has the type that {@link packAdvisory} gives it, whoever wrote the file. */
function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) return false;
  const { i, a, t, r, v, s, f, m, w, p, o, d, u, h, q } = value as Partial<Record<keyof Stored, unknown>>;
  return (
    typeof i === 'string' &&
    typeof o === 'string' &&
    (t === undefined || t === 'n' || t === 'u') &&
    (f === undefined || FIX_STATES.includes(f as FixState)) &&
    isOptionalText(m) &&
    isOptionalText(w) &&
    isOptionalText(p) &&
    isOptionalText(d) &&
    isOptionalText(q) &&
    isOptionalTexts(a) &&
    isOptionalTexts(v) &&
    isOptionalTexts(u) &&
    isOptionalTexts(h) &&
    (r === undefined || isRanges(r)) &&
    (s === undefined || isSeverity(s))
  );
}

type Growing = { -readonly [Field in keyof Advisory]: Advisory[Field] };

/**
 * Hundreds are unpacked before any of this has been compiled: no spreads, no closures.
 * @throws `ADVISORIES_CORRUPT` for what {@link packAdvisory} did not write
 */
export function unpackAdvisory(ecosystem: string, name: string, stored: unknown): Advisory {
  if (!isStored(stored)) throw corrupt(`an advisory on ${name} cannot be read`);
  const advisory: Growing = {
    id: stored.i,
    aliases: stored.a ?? [],
    ecosystem,
    package: name,
    status: stored.t === undefined ? 'affected' : stored.t === 'n' ? 'not-affected' : 'undetermined',
    ranges: stored.r === undefined ? [] : stored.r.map(unpackRange),
    versions: stored.v ?? [],
    source: stored.o,
  };
  if (stored.s !== undefined) advisory.severity = unpackSeverity(stored.s);
  if (stored.f !== undefined) advisory.fixState = stored.f;
  if (stored.m !== undefined) advisory.summary = stored.m;
  if (stored.w !== undefined) advisory.withdrawn = stored.w;
  if (stored.p !== undefined) advisory.published = stored.p;
  if (stored.d !== undefined) advisory.module = stored.d;
  if (stored.u !== undefined) advisory.upstream = stored.u;
  if (stored.h !== undefined) advisory.architectures = stored.h;
  if (stored.q !== undefined) advisory.fixPublished = stored.q;
  return advisory;
}
