import { type Choice, chooseByPolicy, type RuleReason } from '#volume/retention/choose.ts';
import { earlier, parseWithin, type RetentionPolicy } from '#volume/retention/policy.ts';
import { coveredAges, outOfOrder } from '#volume/retention/record-order.ts';

/** A snapshot that lies in a repository. */
export interface RetentionSnapshot {
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  /**
   * `good`: on the record, complete, and as it was recorded. `incomplete`: on the record, but some things could not be
   * read. `foreign`: the record does not know it, or knows it as another one.
   */
  readonly standing: 'good' | 'incomplete' | 'foreign';
  /** Of its event on the record; later ones are newer, whatever clocks say. Foreign ones have none. */
  readonly position?: number;
}

/** What is to be decided. */
export interface RetentionQuestion {
  /** All of one volume in one repository. */
  readonly snapshots: readonly RetentionSnapshot[];
  readonly policy: RetentionPolicy;
  readonly now: Date;
  /** The newest snapshot that only trusted images wrote; absent where none is, or nobody can tell. */
  readonly lastTrusted?: string;
  /** Foreign ones are treated as if they were ours. */
  readonly includeForeign: boolean;
  /** Signs of ransomware are raised: nothing may go. */
  readonly signsRaised: boolean;
}

/** A law holds whatever the policy says. */
export type Law =
  | 'newest-good'
  | 'last-trusted'
  | 'foreign'
  | 'from-the-future'
  | 'out-of-order'
  | 'after-a-gap'
  | 'signs-raised';

export interface RetentionReason {
  readonly rule: RuleReason['rule'] | Law;
  readonly sentence: string;
}

/** A snapshot, and why it is kept or forgotten. */
export interface Decided extends RetentionSnapshot {
  /** Never empty. */
  readonly reasons: readonly RetentionReason[];
}

/** What becomes of each snapshot, newest first. */
export interface RetentionDecision {
  readonly kept: readonly Decided[];
  readonly forgotten: readonly Decided[];
}

interface Timed extends RetentionSnapshot {
  readonly timeMs: number;
}

/** What times and the policy say of one snapshot. */
interface Judged {
  readonly future: boolean;
  readonly disordered: boolean;
  readonly choice?: Choice;
  /** The policy’s `within` would keep it, were it not for a gap in time. */
  readonly beyondGap: boolean;
}

/**
 * Applies a policy and the laws above it. Snapshots whose time cannot be right (later than now, or against the order of the
 * record), incomplete ones and foreign ones never take the place of a good one; nor does a gap in time make good ones old.
 */
export function decideRetention(question: RetentionQuestion): RetentionDecision {
  const { policy, now, includeForeign, signsRaised } = question;
  const all: readonly Timed[] = question.snapshots.map((one) => ({ ...one, timeMs: Date.parse(one.time) }));
  const ours = all.filter(({ standing }) => includeForeign || standing !== 'foreign');
  const whole = ours.filter(({ standing }) => standing !== 'incomplete');
  // Good ones as if there were no others; then the others beside them.
  const judged = new Map([...judge(ours, policy, now), ...judge(whole, policy, now)]);
  const newest = newestGood(ours);
  const decided = all.map((one) => {
    const laws: RetentionReason[] = [];
    const law = (rule: Law, holds: boolean, sentence: string) => {
      if (holds) laws.push({ rule, sentence });
    };
    const { future = false, disordered = false, beyondGap = false, choice } = judged.get(one.id) ?? {};
    law('newest-good', newest.has(one.id), 'the newest good one');
    law('last-trusted', one.id === question.lastTrusted, 'the last one that only trusted images wrote');
    law('foreign', one.standing === 'foreign' && !includeForeign, 'the record does not know it');
    law('from-the-future', future, 'its time is later than now: one of the clocks is wrong');
    law('out-of-order', disordered, 'its time contradicts the order of the record: a clock was wrong');
    law('after-a-gap', beyondGap, `within ${policy.within}, without the time in which no snapshots were taken`);
    const isLeaving = choice?.keep === false && laws.length === 0;
    law('signs-raised', isLeaving && signsRaised, 'signs of ransomware are raised: nothing is forgotten');
    return { one, keep: laws.length > 0 || choice?.keep !== false, reasons: reasonsOf(laws, choice) };
  });
  const newestFirst = decided.sort((a, b) => b.one.timeMs - a.one.timeMs || (a.one.id < b.one.id ? -1 : 1));
  const side = (keep: boolean) =>
    newestFirst
      .filter((each) => each.keep === keep)
      .map(({ one: { timeMs: _, ...snapshot }, reasons }) => ({ ...snapshot, reasons }));
  return { kept: side(true), forgotten: side(false) };
}

function judge(snapshots: readonly Timed[], policy: RetentionPolicy, now: Date): ReadonlyMap<string, Judged> {
  const isDated = ({ timeMs }: Timed) => timeMs <= now.getTime();
  const dated = snapshots.filter(isDated);
  const doubtful = outOfOrder(dated);
  const counted = dated.filter(({ id }) => !doubtful.has(id));
  const choices = chooseByPolicy(counted, policy);
  const ages = coveredAges(counted);
  return new Map(
    snapshots.map((one) => {
      const choice = choices.get(one.id);
      const beyondGap = choice?.keep === false && isWithin(policy, counted, ages.get(one.id) ?? 0);
      const times = { future: !isDated(one), disordered: doubtful.has(one.id), beyondGap };
      return [one.id, choice === undefined ? times : { ...times, choice }];
    }),
  );
}

function reasonsOf(laws: readonly RetentionReason[], choice: Choice | undefined): readonly RetentionReason[] {
  if (choice === undefined) return laws;
  return choice.keep || laws.length === 0 ? [...laws, ...choice.reasons] : laws;
}

/** By the record, and by the clock: where they differ, both. */
function newestGood(ours: readonly Timed[]): ReadonlySet<string> {
  const good = ours.filter(({ standing }) => standing === 'good');
  const best = (of: (one: Timed) => number) =>
    good.reduce<Timed | undefined>((most, one) => (most === undefined || of(one) > of(most) ? one : most), undefined);
  const found = [best(({ position = 0 }) => position), best(({ timeMs }) => timeMs)];
  return new Set(found.flatMap((one) => (one === undefined ? [] : [one.id])));
}

function isWithin({ within }: RetentionPolicy, counted: readonly Timed[], coveredMs: number): boolean {
  if (within === undefined) return false;
  const newestMs = Math.max(...counted.map(({ timeMs }) => timeMs));
  return coveredMs < newestMs - earlier(newestMs, parseWithin(within));
}
