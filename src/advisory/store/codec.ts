import type { Advisory, AffectedRange, FixState, RangeEvent } from '#advisory/advisory.ts';
import { corrupt } from '#advisory/store/store-error.ts';
import { type RatedSeverity, SEVERITIES } from '#core/severity.ts';

/** What is left of an advisory once its key, ecosystem and package, is known; fields that say nothing are left out. */
interface Stored {
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
  const [type, ...events] = packed;
  return { type: type === 'S' ? 'SEMVER' : 'ECOSYSTEM', events: events.map(unpackEvent) };
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
  };
  return JSON.stringify(stored);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isOptionalTexts(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isText));
}

function isSeverity(value: unknown): boolean {
  if (value === undefined) return true;
  if (!Array.isArray(value)) return false;
  const [place, source, score] = value as readonly unknown[];
  return typeof place === 'number' && isText(source) && (score === undefined || typeof score === 'number');
}

/** Every field has the type that {@link packAdvisory} gives it, whoever wrote the file. */
function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) return false;
  const { i, a, t, r, v, s, f, m, w, p, o, d, u, h } = value as Partial<Record<keyof Stored, unknown>>;
  return (
    isText(i) &&
    isText(o) &&
    (t === undefined || t === 'n' || t === 'u') &&
    (f === undefined || FIX_STATES.includes(f as FixState)) &&
    [m, w, p, d].every(isOptionalText) &&
    [a, v, u, h].every(isOptionalTexts) &&
    (r === undefined || (Array.isArray(r) && r.every((range) => Array.isArray(range) && range.every(isText)))) &&
    isSeverity(s)
  );
}

/** @throws `ADVISORIES_CORRUPT` for what {@link packAdvisory} did not write */
export function unpackAdvisory(ecosystem: string, name: string, stored: unknown): Advisory {
  if (!isStored(stored)) throw corrupt(`an advisory on ${name} cannot be read`);
  const { s, f, m, w, p, d, u, h } = stored;
  return {
    id: stored.i,
    aliases: stored.a ?? [],
    ecosystem,
    package: name,
    status: stored.t === undefined ? 'affected' : stored.t === 'n' ? 'not-affected' : 'undetermined',
    ranges: stored.r?.map(unpackRange) ?? [],
    versions: stored.v ?? [],
    ...(s === undefined ? {} : { severity: unpackSeverity(s) }),
    ...(f === undefined ? {} : { fixState: f }),
    ...(m === undefined ? {} : { summary: m }),
    ...(w === undefined ? {} : { withdrawn: w }),
    ...(p === undefined ? {} : { published: p }),
    source: stored.o,
    ...(d === undefined ? {} : { module: d }),
    ...(u === undefined ? {} : { upstream: u }),
    ...(h === undefined ? {} : { architectures: h }),
  };
}
