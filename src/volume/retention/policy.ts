import * as z from 'zod/mini';
import { HoldfastError } from '#core/errors.ts';

/** Rules that count periods, in the order in which they are shown. The words are restic's. */
export const COUNTED_RULES = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

export type CountedRule = (typeof COUNTED_RULES)[number];

/** Most that a rule may count: nobody means more, and sums stay exact. */
const MOST = 100_000;
const WITHIN = /^(?=\d)(?:(\d{1,4})y)?(?:(\d{1,5})m)?(?:(\d{1,6})d)?(?:(\d{1,7})h)?$/;

const counted = z.optional(z.int().check(z.gte(1), z.lte(MOST)));

/** Checks a policy that was written down. */
export const retentionPolicySchema = z.object({
  last: counted,
  hourly: counted,
  daily: counted,
  weekly: counted,
  monthly: counted,
  yearly: counted,
  within: z.optional(z.string().check(z.regex(WITHIN))),
});

/**
 * Which snapshots of a volume are kept: of each rule so many, each the newest of its hour, day, ISO week, month or year in
 * UTC; `within` all that are not older than that, from the newest one on. What one rule keeps is kept. Without any rule,
 * everything is.
 */
export type RetentionPolicy = z.infer<typeof retentionPolicySchema>;

/** A length of time by the calendar. */
export interface Within {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

/** Reads `1y6m`, `30d` or `2d12h`, as restic writes them. @throws `RETENTION_POLICY_INVALID` */
export function parseWithin(text: string): Within {
  const match = WITHIN.exec(text);
  if (match === null) {
    throw new HoldfastError('RETENTION_POLICY_INVALID', `${JSON.stringify(text.slice(0, 80))} is no length of time`, {
      kind: 'usage',
      hint: 'Write years, months, days and hours in this order, such as 1y6m, 30d or 2d12h.',
    });
  }
  const [years = 0, months = 0, days = 0, hours = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return { years, months, days, hours };
}

/** The moment so much earlier, in UTC; a day that a month lacks goes on into the next month, as restic counts. */
export function earlier(timeMs: number, { years, months, days, hours }: Within): number {
  const time = new Date(timeMs);
  const [year, month, day] = [time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()];
  const sinceMidnightMs = timeMs - Date.UTC(year, month, day);
  return Date.UTC(year - years, month - months, day - days) + sinceMidnightMs - hours * 3_600_000;
}

/** A policy without rules keeps everything. */
export function isEmptyPolicy(policy: RetentionPolicy): boolean {
  return COUNTED_RULES.every((rule) => policy[rule] === undefined) && policy.within === undefined;
}

/** A policy in words: `last 3, daily 7, within 30d`. */
export function policyText(policy: RetentionPolicy): string {
  const counts = COUNTED_RULES.flatMap((rule) => (policy[rule] === undefined ? [] : [`${rule} ${policy[rule]}`]));
  const all = [...counts, ...(policy.within === undefined ? [] : [`within ${policy.within}`])];
  return all.length === 0 ? 'everything' : all.join(', ');
}
