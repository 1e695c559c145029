import * as z from 'zod/mini';
import { described } from '#policy/described.ts';
import { type BuiltInRule, collected, type RuleOutcome } from '#policy/rules/rule.ts';

const HOUR_MS = 3_600_000;
const hours = z.strictObject({
  hours: described(z.number().check(z.minimum(0), z.maximum(876_000)), 'At most so many hours old.'),
});
const days = z.strictObject({
  days: described(z.number().check(z.minimum(0), z.maximum(36_500)), 'At most so many days old.'),
});

/** A time that cannot be read is as good as none. */
function isWithin(time: string | null, now: number, mostMs: number): boolean {
  return time !== null && now - Date.parse(time) <= mostMs;
}

/** Its data were kept lately. */
export const snapshotAgeRule: BuiltInRule<z.infer<typeof hours>> = {
  id: 'snapshot-age',
  title: 'Its volumes have a snapshot that is not too old',
  why: 'What was written since the last snapshot is lost with the volume.',
  needs: ['data'],
  parameters: hours,
  check: (context, given): RuleOutcome => {
    const failures = collected(context, 'data')
      .filter(({ lastSnapshot }) => !isWithin(lastSnapshot, context.now, given.hours * HOUR_MS))
      .map(({ name, lastSnapshot }) => ({
        severity: 'high' as const,
        sentence:
          lastSnapshot === null
            ? `The volume ${name} has no snapshot on the record.`
            : `The last snapshot of ${name} is of ${lastSnapshot.slice(0, 16).replace('T', ' ')}; at most ${given.hours} hours are allowed.`,
        fix: `holdfast volume snapshot ${name} --repo NAME`,
      }));
    return { failures, missing: [] };
  },
};

/** That they restore was proved lately. */
export const drillAgeRule: BuiltInRule<z.infer<typeof days>> = {
  id: 'drill-age',
  title: 'A drill proved lately that its volumes restore',
  why: 'A snapshot that was never restored may be none.',
  needs: ['data'],
  parameters: days,
  check: (context, given): RuleOutcome => {
    const failures = collected(context, 'data')
      .filter(({ lastDrill }) => !isWithin(lastDrill, context.now, given.days * 24 * HOUR_MS))
      .map(({ name, lastDrill }) => ({
        severity: 'medium' as const,
        sentence:
          lastDrill === null
            ? `No drill has proved that ${name} restores.`
            : `The last drill of ${name} that passed is of ${lastDrill.slice(0, 10)}; at most ${given.days} days are allowed.`,
        fix: `holdfast volume drill ${name} --repo NAME`,
      }));
    return { failures, missing: [] };
  },
};
