import * as z from 'zod/mini';
import { described } from '#policy/described.ts';
import { atLeast, severity } from '#policy/rules/finding-filter.ts';
import { type BuiltInRule, collected, type RuleOutcome } from '#policy/rules/rule.ts';

const ids = z.array(z.string()).check(z.minLength(1));
const parameters = z.strictObject({
  atLeast: described(severity, 'This severity and worse.'),
  only: described(z.optional(ids), 'Of these rules alone: `run/privileged`.'),
  except: described(z.optional(ids), 'Not of these rules.'),
});

/** It is run as the rules about running ask. */
export const workloadRule: BuiltInRule<z.infer<typeof parameters>> = {
  id: 'workload',
  title: 'Nothing is wrong with how it is run',
  why: 'A good image that is run with the rights of the host is as dangerous as a bad one.',
  needs: ['workload'],
  sure: true,
  parameters,
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
