import type { Environment } from '#app/data-directory.ts';
import { readOperatorFile } from '#app/policy/read-operator-file.ts';
import { statPath } from '#app/stat-path.ts';
import { HoldfastError } from '#core/errors.ts';
import type { CheckExpression, Run } from '#policy/load/load-policy.ts';
import type { Policy } from '#policy/policy.ts';
import { composeShipped } from '#policy/shipped/compose.ts';
import { SHIPPED } from '#policy/shipped/list.ts';

const MOST_BYTES = 1024 * 1024;
const DEFAULT = 'baseline';

/**
 * The policies to judge by: those that were named, else those of `HOLDFAST_POLICY` (names and files, with commas), else
 * `baseline`. A name is a shipped policy's, anything else a file.
 * @param run what is judged and collected, if that is known
 * @throws `POLICY_UNKNOWN`, `POLICY_INVALID`, `FILE_UNREADABLE`, all of kind `usage`
 */
export async function loadPolicies(
  asked: readonly string[],
  environment: Environment,
  run?: Run,
): Promise<readonly Policy[]> {
  const named = asked.length > 0 ? asked : (environment['HOLDFAST_POLICY'] ?? DEFAULT).split(',');
  const policies: Policy[] = [];
  for (const name of named.map((one) => one.trim()).filter((one) => one !== '')) {
    const policy = await loadNamedPolicy(name, run);
    if (policies.some((other) => other.name === policy.name)) {
      throw new HoldfastError('POLICY_INVALID', `Two of the policies are called ${policy.name}`, {
        path: name,
        kind: 'usage',
        hint: 'Name each once, and give each a name of its own: verdicts say which of them spoke.',
      });
    }
    policies.push(policy);
  }
  return policies;
}

/** One policy: a shipped one's name, or a file. @throws as {@link loadPolicies} */
export async function loadNamedPolicy(name: string, run?: Run): Promise<Policy> {
  const shipped = SHIPPED.get(name);
  if (shipped === undefined && statPath(name) === undefined) {
    throw new HoldfastError(
      'POLICY_UNKNOWN',
      `There is no policy ${name}: no such file, and none of that name is shipped`,
      {
        kind: 'usage',
        hint: (await import('#policy/load/shape.ts')).suggestion(name, [...SHIPPED.keys()]),
      },
    );
  }
  // They look at images and at nothing else: every run collects what they need.
  if (shipped !== undefined) return composeShipped(shipped);
  return readPolicy(readOperatorFile(name, MOST_BYTES), name, run);
}

/** A policy from its text. @param file for errors @throws `POLICY_INVALID` */
async function readPolicy(text: string, file: string, run?: Run): Promise<Policy> {
  // What reads files is loaded only where there is one.
  const { readYamlFile } = await import('#policy/load/yaml-file.ts');
  const { loadPolicy } = await import('#policy/load/load-policy.ts');
  const { refuseUnknownRunRules } = await import('#app/policy/refuse-unknown-run-rules.ts');
  const yaml = readYamlFile(text, file, 'POLICY_INVALID');
  const policy = loadPolicy(yaml, text, file, await checkerFor(text), run);
  await refuseUnknownRunRules(policy, yaml, file);
  return policy;
}

/** The language of expressions is loaded only where there may be some. */
async function checkerFor(text: string): Promise<CheckExpression> {
  if (!/expression/i.test(text)) return () => 'The expression is not understood.';
  const { expressionChecker } = await import('#policy/cel/environment.ts');
  return expressionChecker();
}
