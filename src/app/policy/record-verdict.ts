import type { OpenRecord } from '#app/home/open-record.ts';
import type { Checked, Judging } from '#app/policy/check-target.ts';
import { streamOf, targetOf } from '#app/target-stream.ts';
import type { Digest } from '#core/digest.ts';
import { VERSION } from '#core/version.ts';
import { asksHowItRuns } from '#policy/asks-how-it-runs.ts';
import { formatEvaluation } from '#policy/evaluation.ts';
import type { VerdictReached } from '#policy/events.ts';
import { missingOf, reasonsOf, type Verdict } from '#policy/verdict.ts';

const MOST_POLICIES = 50;
const MOST_REASONS = 20;
const MOST_CHARACTERS = 300;

/** Where a verdict is on the record. */
export interface RecordedVerdict {
  readonly position: number;
  readonly evaluation: Digest;
}

/**
 * Puts a verdict on the record (`verdict.reached`), and all that it depends on as a blob.
 * @param inventory position of the scan that was judged
 * @throws `FILE_NOT_WRITTEN`, `DATABASE_*`, `LEDGER_*`
 */
export async function recordVerdict(
  { ledger, blobs }: Pick<OpenRecord, 'ledger' | 'blobs'>,
  { report, facts, waivers, verdict }: Checked,
  { policies, baseline, now, environment }: Judging,
  inventory: number,
  actor: string,
): Promise<RecordedVerdict> {
  const text = formatEvaluation({
    version: 1,
    program: VERSION,
    now: now.toISOString(),
    facts,
    policies: policies.map((policy) => ({ name: policy.name, text: policy.text })),
    waivers: [...waivers],
    baseline: baseline === undefined ? null : [...baseline].sort(),
  });
  // Blobs first: an event never names what is not there.
  const { digest } = await blobs.put(Buffer.from(text));
  const target = targetOf(report.description);
  const applied = new Set(verdict.policies.map(({ name }) => name));
  const asked = policies.some((policy) => applied.has(policy.name) && asksHowItRuns(policy));
  const data: VerdictReached = {
    target,
    ...(asked && facts.subject.kind === 'workload' ? { subject: 'workload' as const } : {}),
    environment: environment?.toWellFormed().slice(0, MOST_CHARACTERS) ?? null,
    decision: verdict.decision,
    ...(verdict.decision === 'unknown' ? { whenUnknown: verdict.whenUnknown } : {}),
    policies: verdict.policies.slice(0, MOST_POLICIES).map((policy) => ({ ...policy })),
    counts: {
      reasons: reasonsOf(verdict).length,
      warnings: verdict.warnings.length,
      missing: missingOf(verdict).length,
      waived: verdict.waived.length,
    },
    reasons: first(verdict),
    evaluation: digest,
    inventory,
  };
  const result = await ledger.append({ stream: streamOf(target), events: [{ type: 'verdict.reached', data }], actor });
  if (result.kind === 'conflict') throw new Error('an append without an expected version has no conflict');
  return { position: result.position, evaluation: digest };
}

function first(verdict: Verdict): VerdictReached['reasons'] {
  const reasons = reasonsOf(verdict).slice(0, MOST_REASONS);
  if (reasons.length === 0) {
    return missingOf(verdict)
      .slice(0, MOST_REASONS)
      .map(({ policy, rule, sentence }) => ({ policy, rule, severity: 'unknown', sentence: tame(sentence) }));
  }
  return reasons.map(({ policy, rule, severity, sentence, vulnerability, package: name }) => ({
    policy,
    rule,
    severity,
    sentence: tame(sentence),
    ...(vulnerability === undefined ? {} : { vulnerability: tame(vulnerability) }),
    ...(name === undefined ? {} : { package: tame(name) }),
  }));
}

function tame(text: string): string {
  return text.slice(0, MOST_CHARACTERS).toWellFormed();
}
