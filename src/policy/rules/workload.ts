import { atLeast } from '#policy/rules/finding-filter.ts';
import type { RuleParameters } from '#policy/rules/parameters.ts';
import { type BuiltInRule, collected, type RuleOutcome } from '#policy/rules/rule.ts';

/** It is run as the rules about running ask. */
export const workloadRule: BuiltInRule<RuleParameters['workload']> = {
  id: 'workload',
  title: 'Nothing is wrong with how it is run',
  why: 'A good image that is run with the rights of the host is as dangerous as a bad one.',
  needs: ['workload'],
  sure: true,
  check: (context, given): RuleOutcome => {
    const failures = collected(context, 'workload').flatMap(({ name, reasons }) =>
      reasons
        .filter((reason) => atLeast(reason.severity, given.atLeast))
        .filter(({ rule }) => given.only?.includes(rule) !== false && given.except?.includes(rule) !== true)
        .map(({ rule, severity: level, sentence, fix }) => ({
          severity: level,
          sentence: `${sentence.replace(/\.$/, '')} (${rule}).`,
          ...(fix === null ? {} : { fix }),
          positions: [{ kind: 'workload' as const, workload: name }],
        })),
    );
    return { failures, missing: [] };
  },
};
