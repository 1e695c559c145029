import type { CelOutcome } from '#policy/cel/outcome.ts';
import type { FactName, Facts } from '#policy/facts/facts.ts';
import { imagePattern } from '#policy/image-pattern.ts';
import type { Policy, PolicyRule } from '#policy/policy.ts';
import type { RuleContext } from '#policy/rules/rule.ts';
import type { Missing, Mode, PolicyReason, Verdict, Waived, WhenUnknown } from '#policy/verdict.ts';
import { type Waiver, type WaiverLookUp, waiversFor } from '#policy/waiver/waiver.ts';

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
}

const STRICTEST: readonly WhenUnknown[] = ['deny', 'warn', 'allow'];

/**
 * Judges facts by policies. Pure: the same input gives the same verdict, at any time. A rule that certainly does not hold
 * denies, whatever else is unknown; what could not be judged makes the verdict unknown, never `allow`. No policy for the
 * subject: unknown, too.
 */
export function evaluate(input: EvaluationInput): Verdict {
  const { facts, waivers, now } = input;
  const applied = input.policies.filter((policy) => policy.mode !== 'off' && isFor(policy, facts));
  const lookUp = waiversFor(waivers, namesOf(facts), now);
  const found: Found = { reasons: [], warnings: [], waived: [], missing: [] };
  const context: RuleContext = { facts, now, baseline: input.baseline };
  for (const policy of applied) {
    for (const rule of policy.rules) applyRule(policy, rule, context, lookUp, found);
    if (policy.cel !== undefined) applyCel(policy, input.cel.get(policy.name), lookUp, found);
  }
  if (applied.length === 0) {
    found.missing.push({ policy: '-', rule: '-', sentence: `No policy is for ${facts.subject.name}.` });
  }
  const told = {
    policies: applied.map(({ name, mode }) => ({ name, mode })),
    warnings: found.warnings,
    waived: found.waived,
    notes: lookUp.notes(),
  };
  if (found.reasons.length > 0) return { decision: 'deny', ...told, reasons: found.reasons, missing: found.missing };
  if (found.missing.length === 0) return { decision: 'allow', ...told };
  const whenUnknown = STRICTEST.find((one) => applied.some((policy) => policy.whenUnknown === one)) ?? 'deny';
  return { decision: 'unknown', ...told, missing: found.missing, whenUnknown };
}

/** Whether a policy is for the subject. */
export function isFor({ match }: Policy, { subject, image }: Facts): boolean {
  const { images, environments, kinds } = match;
  if (kinds.length > 0 && !kinds.includes(subject.kind)) return false;
  if (environments.length > 0 && (subject.environment === null || !environments.includes(subject.environment)))
    return false;
  if (images.length === 0) return true;
  const names = image.state === 'collected' ? namesOf({ subject, image } as Facts) : [subject.name];
  return images.some((pattern) => names.some(imagePattern(pattern)));
}

/** A subject's names: as it was asked for, and whole. */
function namesOf({ subject, image }: Facts): readonly string[] {
  if (image.state !== 'collected') return [subject.name];
  const { registry, repository, tag, digest } = image.value;
  if (registry === null || repository === null) return [subject.name];
  const whole = `${registry}/${repository}`;
  return [
    subject.name,
    ...(tag === null ? [whole] : [`${whole}:${tag}`]),
    ...(digest === null ? [] : [`${whole}@${digest}`]),
  ];
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
  const gap = rule.needs.find((name) => context.facts[name].state !== 'collected');
  if (gap !== undefined) {
    unknown(effective, { ...where, sentence: gapIn(context.facts, gap) }, found);
    return;
  }
  const { failures, missing } = rule.check(context, parameters);
  for (const failure of failures) {
    put(effective, { ...where, ...failure, positions: failure.positions ?? [] }, lookUp, found);
  }
  for (const one of missing) unknown(effective, { ...where, ...one }, found);
}

/** A policy that only warns has no rule that denies. */
function strictestAllowed(policy: Mode, rule: Mode): Mode {
  if (policy === 'off' || rule === 'off') return 'off';
  return policy === 'enforce' && rule === 'enforce' ? 'enforce' : 'warn';
}

function gapIn(facts: Facts, name: FactName): string {
  const fact = facts[name];
  const why = fact.state === 'collected' ? '' : fact.why;
  return fact.state === 'failed'
    ? `What is needed (${name}) could not be read: ${why}`
    : `Nobody looked (${name}): ${why}`;
}

function put(mode: Mode, reason: PolicyReason, lookUp: WaiverLookUp, found: Found): void {
  const waiver = lookUp.covering(reason);
  if (waiver !== undefined) {
    const { id, author, reason: because, expires } = waiver;
    found.waived.push({ reason, waiver: id, author, because, expires });
  } else (mode === 'enforce' ? found.reasons : found.warnings).push(reason);
}

/** What a rule that only warns cannot tell is a warning. */
function unknown(mode: Mode, missing: Missing, found: Found): void {
  if (mode === 'enforce') {
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
  if (outcome === undefined) unknown(mode, { policy: name, rule: 'cel', sentence: 'Its CEL was not run.' }, found);
  else if (outcome.kind === 'failed') say(-1, `Its CEL could not be run: ${outcome.message}`, true);
  else {
    for (const [index, one] of outcome.validations.entries()) {
      if (one.kind !== 'holds') say(index, one.message, one.kind === 'failed');
    }
  }
}
