import { compareSeverity, type Severity } from '#core/severity.ts';
import type { FindingFacts } from '#policy/facts/finding-facts.ts';
import { findingKey } from '#policy/finding-key.ts';
import { readTime } from '#policy/read-time.ts';
import { collected, type Failure, type RuleContext, type RuleOutcome } from '#policy/rules/rule.ts';

const DAY_MS = 24 * 3_600_000;

export interface FindingParameters {
  readonly fixable?: boolean | undefined;
  readonly owner?: 'base' | 'app' | undefined;
  readonly newOnly?: boolean | undefined;
  readonly graceDays?: number | Partial<Record<Severity, number>> | undefined;
  readonly since?: 'publication' | 'fix' | 'first-seen' | undefined;
}

/** Says what is wrong with all findings that `wanted` and the parameters choose. */
export function overFindings(
  context: RuleContext,
  parameters: FindingParameters,
  wanted: (finding: FindingFacts) => boolean,
  words: (finding: FindingFacts) => string,
): RuleOutcome {
  const failures: Failure[] = [];
  const undated = { fix: [] as string[], firstSeen: [] as string[] };
  for (const finding of collected(context, 'findings')) {
    if (finding.status === 'not_affected' || finding.status === 'fixed' || !wanted(finding)) continue;
    if (parameters.fixable !== undefined && parameters.fixable !== finding.fixable) continue;
    // Whose it is may be unknown: then it may be anybody's.
    if (parameters.owner !== undefined && finding.owner !== 'unknown' && finding.owner !== parameters.owner) continue;
    if (parameters.newOnly === true && context.baseline?.has(findingKey(finding.id, finding.purl)) === true) continue;
    noteUndated(finding, parameters, undated);
    if (inGrace(finding, parameters, context.now)) continue;
    failures.push(failureOf(finding, words(finding)));
  }
  // Without anything to compare with, each of them may be new or not.
  if (parameters.newOnly !== true || context.baseline !== undefined || failures.length === 0)
    return { failures, missing: [], undated };
  const sentence = `Which of ${failures.length} findings are new cannot be told without a report to compare with.`;
  return { failures: [], missing: [{ sentence, hint: 'Give one: --baseline REPORT.json' }], undated };
}

function failureOf(finding: FindingFacts, sentence: string): Failure {
  const { id, aliases, package: name, version, purl, fixedVersions, location, layer, severity: level } = finding;
  const [lowest] = fixedVersions;
  const common = { severity: level, sentence, vulnerability: id, aliases, package: name, purl };
  const failure: { -readonly [Key in keyof Failure]: Failure[Key] } = common;
  if (lowest !== undefined) failure.fix = `Update ${name} ${version} to ${lowest}.`;
  if (layer !== null) {
    failure.positions =
      location === null
        ? [{ kind: 'layer', layer }]
        : [{ kind: 'layer', layer, path: location.startsWith('/') ? location : `/${location}` }];
  }
  return failure;
}

function noteUndated(
  finding: FindingFacts,
  { graceDays, since }: FindingParameters,
  undated: { readonly fix: string[]; readonly firstSeen: string[] },
): void {
  if (graceDays === undefined || since === undefined || since === 'publication') return;
  if (mostDays(finding, graceDays) === 0) return;
  if (since === 'fix' && finding.fixed === null && finding.fixable) undated.fix.push(finding.id);
  if (since === 'first-seen' && finding.firstSeen === null) undated.firstSeen.push(finding.id);
}

function mostDays({ severity: level }: FindingFacts, graceDays: NonNullable<FindingParameters['graceDays']>): number {
  return typeof graceDays === 'number' ? graceDays : (graceDays[level] ?? 0);
}

/** A flaw without a date has no grace: nobody knows how old it is. */
function inGrace(finding: FindingFacts, { graceDays, since = 'publication' }: FindingParameters, now: number): boolean {
  if (graceDays === undefined) return false;
  const most = mostDays(finding, graceDays);
  if (most === 0) return false;
  const from =
    since === 'fix'
      ? (finding.fixed ?? finding.published)
      : since === 'first-seen'
        ? finding.firstSeen
        : finding.published;
  return now - readTime(from) < most * DAY_MS;
}

/** At least as bad. Nobody knows how bad `unknown` is, so it counts only when it is asked for. */
export function atLeast(level: Severity, least: Severity): boolean {
  if (level === 'unknown') return least === 'unknown';
  return compareSeverity(level, least) <= 0;
}
