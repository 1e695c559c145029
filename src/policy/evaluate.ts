import type { CelOutcome } from '#policy/cel/outcome.ts';
import { dateNotes } from '#policy/date-notes.ts';
import type { FactName, Facts } from '#policy/facts/facts.ts';
import { isFor, namesOf } from '#policy/match.ts';
import type { Policy, PolicyRule } from '#policy/policy.ts';
import type { Failure, RuleContext, Undated } from '#policy/rules/rule.ts';
import {
  type Missing,
  type Mode,
  type PolicyReason,
  type Verdict,
  type Waived,
  WHEN_UNKNOWN,
  type WhenUnknown,
} from '#policy/verdict.ts';
import { type WaiverLookUp, waiversFor } from '#policy/waiver/waiver.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';

/** All that a verdict depends on. */
export interface EvaluationInput {
  readonly facts: Facts;
  readonly policies: readonly Policy[];
  readonly waivers: readonly Waiver[];
  /** Keys of the findings that were there before; undefined when nothing is compared. */
  readonly baseline: ReadonlySet<string> | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What the CEL of each policy said, by the policy's name. */
  readonly cel: ReadonlyMap<string, CelOutcome>;
}

interface Found {
  readonly reasons: PolicyReason[];
  readonly warnings: PolicyReason[];
  readonly waived: Waived[];
  readonly missing: Missing[];
  /** Of flaws without a date; undefined where there are none. */
  undated: Undated[] | undefined;
}

/**
 * Judges facts by policies. Pure: the same input gives the same verdict, at any time. A rule that certainly does not hold
 * denies, whatever else is unknown; what could not be judged makes the verdict unknown, never `allow`. No policy for the
 * subject: unknown, too.
 */
export function evaluate(input: EvaluationInput): Verdict {
  const { facts, waivers, now, cel } = input;
  const applied = input.policies.filter(
    (policy) => policy.mode !== 'off' && isFor(policy, facts) && cel.get(policy.name)?.kind !== 'does-not-match',
  );
  const lookUp = waiversFor(waivers, waivers.length === 0 ? [] : namesOf(facts), now);
  const found: Found = { reasons: [], warnings: [], waived: [], missing: [], undated: undefined };
  const context: RuleContext = { facts, now, baseline: input.baseline };
  for (const policy of applied) {
    for (const rule of policy.rules) applyRule(policy, rule, context, lookUp, found);
    if (policy.cel !== undefined) applyCel(policy, cel.get(policy.name), lookUp, found);
  }
  if (applied.length === 0) {
    found.missing.push({ policy: '-', rule: '-', sentence: `No policy is for ${facts.subject.name}.` });
  }
  const told = {
    policies: applied.map(({ name, mode }) => ({ name, mode })),
    warnings: withoutRepeats(found.warnings, found.reasons),
    waived: found.waived,
    notes: notesOf(lookUp, found),
  };
  if (found.reasons.length > 0) return { decision: 'deny', ...told, reasons: found.reasons, missing: found.missing };
  if (found.missing.length === 0) return { decision: 'allow', ...told };
  return { decision: 'unknown', ...told, missing: found.missing, whenUnknown: strictest(applied, found.missing) };
}

function notesOf(lookUp: WaiverLookUp, { undated }: Found): readonly string[] {
  const notes = lookUp.notes();
  return undated === undefined ? notes : [...notes, ...dateNotes(undated)];
}

/** Of the policies that could not tell. One that only warns holds nothing up. */
function strictest(applied: readonly Policy[], missing: readonly Missing[]): WhenUnknown {
  const said = applied
    .filter(({ name }) => missing.some(({ policy }) => policy === name))
    .map(({ mode, whenUnknown }) => (mode === 'warn' ? 'allow' : whenUnknown));
  return WHEN_UNKNOWN.find((one) => said.includes(one)) ?? 'deny';
}

/** A flaw that is a reason, or was said by another rule already, is no second warning. */
function withoutRepeats(warnings: readonly PolicyReason[], reasons: readonly PolicyReason[]): readonly PolicyReason[] {
  if (warnings.length === 0) return warnings;
  const said = new Set(reasons.flatMap(flawOf));
  return warnings.filter((warning) => {
    const [flaw] = flawOf(warning);
    if (flaw === undefined) return true;
    if (said.has(flaw)) return false;
    said.add(flaw);
    return true;
  });
}

function flawOf({ vulnerability, purl, positions }: PolicyReason): readonly string[] {
  if (vulnerability === undefined) return [];
  const [place] = positions;
  return [`${vulnerability} ${purl ?? ''} ${place?.kind === 'layer' ? place.layer : ''}`];
}

function applyRule(
  policy: Policy,
  { rule, parameters, mode }: PolicyRule,
  context: RuleContext,
  lookUp: WaiverLookUp,
  found: Found,
): void {
  const effective = strictestAllowed(policy.mode, mode);
  if (effective === 'off') return;
  const where = { policy: policy.name, rule: rule.id };
  let blind = false;
  for (const name of rule.needs) {
    const fact = context.facts[name];
    if (fact.state === 'collected') continue;
    // What was looked at and could not be read is never passed over, whatever the rule's mode.
    const counts = effective === 'enforce' || policy.mode === 'warn' || fact.state === 'failed';
    unknown(counts, { ...where, sentence: gapIn(context.facts, name) }, found);
    blind ||= rule.sure !== true || fact.state !== 'failed' || fact.partial === undefined;
  }
  if (blind) return;
  const { failures, missing, undated } = rule.check(context, parameters);
  if (undated !== undefined) {
    found.undated ??= [];
    found.undated.push(undated);
  }
  for (const failure of failures) {
    put(effective, reasonOf(policy.name, rule.id, failure), lookUp, found);
  }
  for (const one of missing) unknown(effective === 'enforce' || policy.mode === 'warn', { ...where, ...one }, found);
}

/** Field by field: there may be thousands of them, and spreading objects takes most of the time of a verdict. */
function reasonOf(policy: string, rule: string, failure: Failure): PolicyReason {
  const { severity, sentence, fix, positions = NO_POSITIONS, evidence, vulnerability, aliases, purl } = failure;
  const reason: { -readonly [Key in keyof PolicyReason]: PolicyReason[Key] } = {
    policy,
    rule,
    severity,
    sentence,
    positions,
  };
  if (fix !== undefined) reason.fix = fix;
  if (evidence !== undefined) reason.evidence = evidence;
  if (vulnerability !== undefined) reason.vulnerability = vulnerability;
  if (aliases !== undefined) reason.aliases = aliases;
  if (failure.package !== undefined) reason.package = failure.package;
  if (purl !== undefined) reason.purl = purl;
  return reason;
}

const NO_POSITIONS: PolicyReason['positions'] = [];

/** A policy that only warns has no rule that denies. */
function strictestAllowed(policy: Mode, rule: Mode): Mode {
  if (policy === 'off' || rule === 'off') return 'off';
  return policy === 'enforce' && rule === 'enforce' ? 'enforce' : 'warn';
}

function gapIn(facts: Facts, name: FactName): string {
  const fact = facts[name];
  if (fact.state === 'collected') return '';
  if (fact.state === 'not-collected') return `Nobody looked (${name}): ${fact.why}`;
  const how = fact.partial === undefined ? 'could not be read' : 'could be read in part only';
  return `What is needed (${name}) ${how}: ${fact.why}`;
}

function put(mode: Mode, reason: PolicyReason, lookUp: WaiverLookUp, found: Found): void {
  const waiver = lookUp.covering(reason);
  if (waiver !== undefined) {
    const { id, author, reason: because, expires } = waiver;
    const flaws = flawOf(reason);
    // A flaw may break several rules: that it is waived is told once.
    const told = (other: Waived) => other.waiver === id && flawOf(other.reason)[0] === flaws[0];
    if (flaws.length === 0 || !found.waived.some(told))
      found.waived.push({ reason, waiver: id, author, because, expires });
  } else (mode === 'enforce' ? found.reasons : found.warnings).push(reason);
}

/** What a rule that only warns, in a policy that does more, cannot tell is a warning. */
function unknown(counts: boolean, missing: Missing, found: Found): void {
  if (counts) {
    found.missing.push(missing);
    return;
  }
  const { policy, rule, sentence, hint } = missing;
  found.warnings.push({
    policy,
    rule,
    severity: 'unknown',
    sentence,
    positions: [],
    ...(hint === undefined ? {} : { fix: hint }),
  });
}

function applyCel(policy: Policy, outcome: CelOutcome | undefined, lookUp: WaiverLookUp, found: Found): void {
  const { cel, mode, name } = policy;
  if (cel === undefined || outcome?.kind === 'does-not-match') return;
  const say = (index: number, sentence: string, failed: boolean) => {
    const rule = index < 0 ? 'cel' : `cel/${cel.validations[index]?.reason ?? index + 1}`;
    const effective = failed && cel.failurePolicy === 'Ignore' ? 'warn' : mode;
    put(effective, { policy: name, rule, severity: 'high', sentence, positions: [] }, lookUp, found);
  };
  if (outcome === undefined) unknown(true, { policy: name, rule: 'cel', sentence: 'Its CEL was not run.' }, found);
  else if (outcome.kind === 'failed') say(-1, `Its CEL could not be run: ${outcome.message}`, true);
  else {
    for (const [index, one] of outcome.validations.entries()) {
      if (one.kind !== 'holds') say(index, one.message, one.kind === 'failed');
    }
  }
}
