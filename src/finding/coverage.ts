import type { AdvisoriesInfo } from '#advisory/advisory.ts';
import type { Coverage, CoverageState } from '#core/coverage.ts';

/** Advisories older than this are stale. */
const STALE_AFTER_DAYS = 7;

const DAY_MS = 86_400_000;

/** Counts packages by what was, or was not, compared for them. */
export interface CoverageCount {
  add(subject: string, state: CoverageState, reason: string): void;
  /** Sorted by subject, then state. */
  finish(): readonly Coverage[];
}

export function countCoverage(): CoverageCount {
  const lines = new Map<string, { subject: string; state: CoverageState; packages: number; reason: string }>();
  return {
    add: (subject, state, reason) => {
      const key = `${subject}\0${state}\0${reason}`;
      const line = lines.get(key);
      if (line === undefined) lines.set(key, { subject, state, packages: 1, reason });
      else line.packages += 1;
    },
    finish: () =>
      [...lines.values()].sort((a, b) =>
        a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : a.state < b.state ? -1 : a.state > b.state ? 1 : 0,
      ),
  };
}

/** What can be said of an ecosystem whose advisories were asked. */
export function ecosystemCoverage(
  ecosystem: string,
  info: AdvisoriesInfo | undefined,
  now: Date,
): { readonly state: CoverageState; readonly reason: string } {
  if (info === undefined) return { state: 'no-data', reason: 'no advisories were loaded' };
  const held = Object.hasOwn(info.ecosystems, ecosystem) ? info.ecosystems[ecosystem] : undefined;
  if (held === undefined || held.records === 0) {
    return {
      state: 'no-data',
      reason: `the advisories hold nothing on ${ecosystem}; get them with holdfast db update`,
    };
  }
  if (info.kind === 'starter') {
    return {
      state: 'no-data',
      reason: `only the starter set was compared (${held.records} records); get the whole with holdfast db update`,
    };
  }
  const days = Math.floor((now.getTime() - Date.parse(info.builtAt)) / DAY_MS);
  if (days > STALE_AFTER_DAYS) {
    return { state: 'stale', reason: `the advisories are ${days} days old; renew them with holdfast db update` };
  }
  return { state: 'covered', reason: `${held.records} records compared` };
}
