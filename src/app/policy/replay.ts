import type { PolicyReplay } from '#api/policy-report.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import type { CelThread } from '#app/policy/cel-thread.ts';
import { isDigest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import { type Evaluation, parseEvaluation } from '#policy/evaluation.ts';
import { type VerdictReached, verdictReached } from '#policy/events.ts';
import { judgeAgain } from '#policy/judge-again.ts';
import type { Policy } from '#policy/policy.ts';
import { missingOf, reasonsOf, type Verdict } from '#policy/verdict.ts';

/** No evaluation of ours is as large. */
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_LISTED = 1000;
const MOST_REASONS = 5;

export interface ReplayOptions {
  readonly policies: readonly Policy[];
  /** ISO 8601: verdicts from then on. */
  readonly since: string;
  readonly cel: CelThread | undefined;
}

type Changed = PolicyReplay['changed'][number];

/**
 * Judges every recorded evaluation by other policies: what would have been decided. Facts, waivers and the clock are those of
 * then, so that only the policies differ.
 */
export async function replay(
  { ledger, catalogue, blobs }: Pick<OpenRecord, 'ledger' | 'catalogue' | 'blobs'>,
  { policies, since, cel }: ReplayOptions,
): Promise<PolicyReplay> {
  const counts = new Map<string, number>();
  const rules = new Map<string, { readonly rule: string; readonly policy: string; verdicts: number; newly: number }>();
  const changed: Changed[] = [];
  let judged = 0;
  let unread = 0;
  let notListed = 0;
  for await (const event of ledger.read({ types: [verdictReached.type], since })) {
    const read = catalogue.read(event);
    const then = read.kind === 'known' ? verdictReached.parse(read.data) : undefined;
    const evaluation = then && (await evaluationOf(blobs, then.evaluation));
    if (then === undefined || evaluation === undefined) {
      unread += 1;
      continue;
    }
    judged += 1;
    const outcomes = (await cel?.judge(policies, evaluation.facts, Date.parse(evaluation.now))) ?? new Map();
    const verdict = judgeAgain(evaluation, policies, outcomes);
    const step = `${then.decision} ${verdict.decision}`;
    counts.set(step, (counts.get(step) ?? 0) + 1);
    for (const key of new Set(whyOf(verdict).map(({ policy, rule }) => `${policy}\0${rule}`))) {
      const [policy = '', rule = ''] = key.split('\0');
      const count = rules.get(key) ?? { policy, rule, verdicts: 0, newly: 0 };
      count.verdicts += 1;
      if (then.decision !== verdict.decision) count.newly += 1;
      rules.set(key, count);
    }
    if (then.decision === verdict.decision) continue;
    if (changed.length < MOST_LISTED) changed.push(changeOf(event, then, verdict));
    else notListed += 1;
  }
  return {
    ...{ policies: policies.map(({ name }) => name), since, judged, unread },
    steps: [...counts].map(([step, verdicts]) => {
      const [from = '', to = ''] = step.split(' ');
      return { from, to, verdicts } as PolicyReplay['steps'][number];
    }),
    rules: [...rules.values()].sort((a, b) => b.newly - a.newly || b.verdicts - a.verdicts),
    ...{ changed, notListed },
  };
}

async function evaluationOf(blobs: OpenRecord['blobs'], digest: string): Promise<Evaluation | undefined> {
  if (!isDigest(digest)) return undefined;
  try {
    return parseEvaluation((await blobs.get(digest, MOST_BYTES)).toString('utf8'));
  } catch (error) {
    if (error instanceof HoldfastError && error.code.startsWith('BLOB_')) return undefined;
    throw error;
  }
}

/** What a verdict names first: reasons, or what it could not tell. */
function whyOf(
  verdict: Verdict,
): readonly { readonly policy: string; readonly rule: string; readonly sentence: string }[] {
  const reasons = reasonsOf(verdict);
  return reasons.length > 0 ? reasons : missingOf(verdict);
}

function changeOf(
  { position, at }: { readonly position: number; readonly at: string },
  then: VerdictReached,
  verdict: Verdict,
): Changed {
  return {
    ...{ position, at, reference: then.target.reference, environment: then.environment },
    ...{ from: then.decision, to: verdict.decision },
    reasons: whyOf(verdict)
      .slice(0, MOST_REASONS)
      .map(({ policy, rule, sentence }) => ({ policy, rule, sentence })),
    moreReasons: Math.max(0, whyOf(verdict).length - MOST_REASONS),
  };
}
