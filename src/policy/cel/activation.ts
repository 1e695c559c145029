import type { Facts } from '#policy/facts/facts.ts';
import { readTime } from '#policy/read-time.ts';

const DAY_MS = 24 * 3_600_000;

/** The facts as expressions see them, as `object`: whole numbers are CEL's integers, ages are counted. */
export type Activation = Readonly<Record<string, unknown>>;

/**
 * What was collected stands under its name: `object.image.user`, `object.findings[0].severity`. What was not is absent,
 * so that an expression over it fails; `object.states` says why. Ages in whole days stand beside their dates.
 */
export function activationOf(facts: Facts, now: number): Activation {
  const { version: _, subject, ...parts } = facts;
  const object: Record<string, unknown> = { subject };
  const states: Record<string, string> = {};
  for (const [name, fact] of Object.entries(parts)) {
    states[name] = fact.state;
    if (fact.state === 'collected') object[name] = fact.value;
  }
  if (facts.findings.state === 'collected') {
    object['findings'] = facts.findings.value.map((finding) => ({
      ...finding,
      daysSincePublished: days(finding.published, now),
      daysSinceFix: days(finding.fixed ?? finding.published, now),
      daysSinceFirstSeen: days(finding.firstSeen, now),
    }));
  }
  if (facts.image.state === 'collected') {
    object['image'] = { ...facts.image.value, ageDays: days(facts.image.value.created, now) };
  }
  return integers({ ...object, states }) as Activation;
}

function days(time: string | null, now: number): number | null {
  const from = readTime(time);
  return Number.isNaN(from) ? null : Math.floor((now - from) / DAY_MS);
}

/** JSON's numbers are CEL's doubles otherwise, and `x + 1` fails. */
function integers(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(integers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, integers(one)]));
}
