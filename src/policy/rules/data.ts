import type { RuleParameters } from '#policy/rules/parameters.ts';
import { type BuiltInRule, collected, type RuleOutcome } from '#policy/rules/rule.ts';

const HOUR_MS = 3_600_000;

/** A time that cannot be read is as good as none. */
function isWithin(time: string | null, now: number, mostMs: number): boolean {
  return time !== null && now - Date.parse(time) <= mostMs;
}

/** Its data were kept lately. */
export const snapshotAgeRule: BuiltInRule<RuleParameters['snapshot-age']> = {
  id: 'snapshot-age',
  title: 'Its volumes have a snapshot that is not too old',
  why: 'What was written since the last snapshot is lost with the volume.',
  needs: ['data'],
  check: (context, given): RuleOutcome => {
    const failures = collected(context, 'data')
      .filter(({ lastSnapshot }) => !isWithin(lastSnapshot, context.now, given.hours * HOUR_MS))
      .map(({ name, lastSnapshot }) => ({
        severity: 'high' as const,
        sentence:
          lastSnapshot === null
            ? `The volume ${name} has no snapshot on the record.`
            : `The last snapshot of ${name} is of ${lastSnapshot.slice(0, 16).replace('T', ' ')}; at most ${given.hours} hours are allowed.`,
        fix: `holdfast volume snapshot ${name.startsWith('/') ? `--bind ${name}` : name} --repo NAME`,
      }));
    return { failures, missing: [] };
  },
};

/** That they restore was proved lately. */
export const drillAgeRule: BuiltInRule<RuleParameters['drill-age']> = {
  id: 'drill-age',
  title: 'A drill proved lately that its volumes restore',
  why: 'A snapshot that was never restored may be none.',
  needs: ['data'],
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

/** Somebody sees to it that they are kept. */
export const snapshotScheduleRule: BuiltInRule<RuleParameters['snapshot-schedule']> = {
  id: 'snapshot-schedule',
  title: 'Its volumes have a snapshot schedule',
  why: 'Snapshots that somebody has to think of are not taken when it matters.',
  needs: ['data'],
  check: (context): RuleOutcome => {
    const failures = collected(context, 'data')
      .filter(({ schedule }) => schedule === null)
      .map(({ name }) => ({
        severity: 'high' as const,
        sentence: `No schedule takes snapshots of ${name}.`,
        fix: `holdfast volume schedule set NAME ${name.startsWith('/') ? '--stack STACK' : `--volume ${name}`} --repo NAME --max-age 24`,
      }));
    return { failures, missing: [] };
  },
};

/** Only what is allowed wrote to them. */
export const writersTrustedRule: BuiltInRule<RuleParameters['writers-trusted']> = {
  id: 'writers-trusted',
  title: 'All who wrote to its volumes are known and allowed',
  why: 'What a bad image wrote stays in the volume until it is set back.',
  needs: ['data'],
  check: (context): RuleOutcome => {
    const data = collected(context, 'data');
    const failures = data
      .filter(({ writersTrusted }) => writersTrusted === false)
      .map(({ name }) => ({
        severity: 'high' as const,
        sentence: `Somebody who is not allowed wrote to ${name} before its last snapshot.`,
        fix: `holdfast volume restore ${name} --last-trusted`,
      }));
    const missing = data
      .filter(({ writersTrusted }) => writersTrusted === null)
      .map(({ name }) => ({ sentence: `Whether all who wrote to ${name} are allowed cannot be told.` }));
    return { failures, missing };
  },
};
