import { compareSeverity, type Severity } from '#core/severity.ts';
import type { FindingFacts } from '#policy/facts/finding-facts.ts';
import { findingKey } from '#policy/finding-key.ts';
import { readTime } from '#policy/read-time.ts';
import { collected, type Failure, type RuleContext, type RuleOutcome, type Undated } from '#policy/rules/rule.ts';

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
  // Verdicts are asked for by the hundred thousand: nothing is made that most do not need.
  let undated: string[] | undefined;
  for (const finding of collected(context, 'findings')) {
    if (finding.status === 'not_affected' || finding.status === 'fixed' || !wanted(finding)) continue;
    if (parameters.fixable !== undefined && parameters.fixable !== finding.fixable) continue;
    // Whose it is may be unknown: then it may be anybody's.
    if (parameters.owner !== undefined && finding.owner !== 'unknown' && finding.owner !== parameters.owner) continue;
    if (parameters.newOnly === true && context.baseline?.has(findingKey(finding.id, finding.purl)) === true) continue;
    if (parameters.graceDays !== undefined) {
      const from = beginning(finding, parameters);
      if (from === 'undated') {
        undated ??= [];
        undated.push(finding.id);
      }
      if (
        inGrace(finding, parameters.graceDays, from === 'undated' ? fallback(finding, parameters) : from, context.now)
      )
        continue;
    }
    failures.push(failureOf(finding, words(finding)));
  }
  // Without anything to compare with, each of them may be new or not.
  if (parameters.newOnly !== true || context.baseline !== undefined || failures.length === 0)
    return { failures, missing: [], undated: undatedOf(undated, parameters) };
  const sentence = `Which of ${failures.length} findings are new cannot be told without a report to compare with.`;
  const missing = [{ sentence, hint: 'Give one: --baseline REPORT.json' }];
  return { failures: [], missing, undated: undatedOf(undated, parameters) };
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

function undatedOf(ids: readonly string[] | undefined, { since }: FindingParameters): Undated | undefined {
  return ids === undefined ? undefined : { ids, what: since === 'fix' ? 'fix' : 'first-seen' };
}

/** From when the days of grace count, as the policy says; `undated` where that is not known although it could be. */
function beginning(finding: FindingFacts, { graceDays, since }: FindingParameters): string | null | 'undated' {
  if (since === 'fix') {
    const isMissed = finding.fixed === null && finding.fixable && mostDays(finding, graceDays) > 0;
    return isMissed ? 'undated' : (finding.fixed ?? finding.published);
  }
  if (since !== 'first-seen') return finding.published;
  return finding.firstSeen === null && mostDays(finding, graceDays) > 0 ? 'undated' : finding.firstSeen;
}

/** Where nobody dates the fix, it is no older than the flaw; what was never recorded has no grace. */
function fallback({ published }: FindingFacts, { since }: FindingParameters): string | null {
  return since === 'fix' ? published : null;
}

function mostDays({ severity: level }: FindingFacts, graceDays: FindingParameters['graceDays']): number {
  return typeof graceDays === 'number' ? graceDays : (graceDays?.[level] ?? 0);
}

/** A flaw without a date has no grace: nobody knows how old it is. */
function inGrace(
  finding: FindingFacts,
  graceDays: FindingParameters['graceDays'],
  from: string | null,
  now: number,
): boolean {
  const most = mostDays(finding, graceDays);
  return most > 0 && now - readTime(from) < most * DAY_MS;
}

/** At least as bad. Nobody knows how bad `unknown` is, so it counts only when it is asked for. */
export function atLeast(level: Severity, least: Severity): boolean {
  if (level === 'unknown') return least === 'unknown';
  return compareSeverity(level, least) <= 0;
}
