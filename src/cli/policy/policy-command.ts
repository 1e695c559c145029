import type { PolicyExplained, PolicyList } from '#api/policy-report.ts';
import { loadNamedPolicy } from '#app/policy/load-policies.ts';
import { exitCodes } from '#cli/errors.ts';
import { writeText } from '#cli/output.ts';
import { terminal } from '#cli/terminal.ts';
import { explainRules } from '#policy/explain.ts';
import { policySchema } from '#policy/load/policy-schema.ts';
import type { Policy } from '#policy/policy.ts';
import { RULES } from '#policy/rules/list.ts';
import { SHIPPED } from '#policy/shipped/list.ts';
import { type Column, columns, wrapText } from '#report/columns.ts';
import { explainLines } from '#report/policy-text.ts';

const RULE_HEADS: readonly Column[] = [
  { title: 'RULE', maxWidth: 18 },
  { title: 'WHAT MUST HOLD', maxWidth: 60, minWidth: 20 },
  { title: 'NEEDS', maxWidth: 20 },
];

/** `holdfast policy list`. */
export async function policyListCommand({ format }: { readonly format: 'text' | 'json' }): Promise<number> {
  const policies = await Promise.all([...SHIPPED.keys()].map((name) => loadNamedPolicy(name)));
  const report: PolicyList = {
    policies: policies.map(({ name, description = '', mode, rules }) => ({
      ...{ name, description, mode },
      rules: rules.length,
    })),
    rules: RULES.map(({ id, title, why, needs }) => ({ id, title, why, needs: [...needs] })),
  };
  if (format === 'json') await writeText(`${JSON.stringify(report, null, 2)}\n`);
  else await writeText(`${listLines(report).join('\n')}\n`);
  return exitCodes.done;
}

function listLines({ policies, rules }: PolicyList): readonly string[] {
  const { width, paint } = terminal();
  return [
    paint('bold', 'Shipped policies'),
    ...policies.flatMap(({ name, description }) =>
      wrapText(`  ${name.padEnd(10)}${description}`, width, ' '.repeat(12)),
    ),
    '',
    paint('bold', 'Built-in rules'),
    ...columns(
      RULE_HEADS,
      rules.map(({ id, title, needs }) => [id, title, needs.join(' ')]),
      width,
      (text, row) => (row < 0 ? paint('bold', text) : text),
    ),
    '',
    'In words: holdfast policy explain NAME   To begin one of your own: holdfast policy explain NAME --format yaml',
  ];
}

/** `holdfast policy explain`. */
export async function policyExplainCommand(
  name: string,
  { format }: { readonly format: 'text' | 'json' | 'yaml' },
): Promise<number> {
  const policy = await loadNamedPolicy(name);
  if (format === 'yaml') await writeText(policy.text.endsWith('\n') ? policy.text : `${policy.text}\n`);
  else if (format === 'json') await writeText(`${JSON.stringify(explained(policy), null, 2)}\n`);
  else await writeText(`${explainLines(explained(policy), terminal()).join('\n')}\n`);
  return exitCodes.done;
}

function explained(policy: Policy): PolicyExplained {
  const { name, description, mode, whenUnknown, match, cel } = policy;
  return {
    ...{ name, description: description ?? null, mode, whenUnknown },
    match: { images: [...match.images], environments: [...match.environments], kinds: [...match.kinds] },
    rules: explainRules(policy).map((rule) => ({ ...rule, parameters: [...rule.parameters] })),
    cel:
      cel === undefined
        ? null
        : {
            failurePolicy: cel.failurePolicy,
            matchConditions: cel.matchConditions.map((one) => ({ ...one })),
            validations: cel.validations.map(({ expression, message }) =>
              message === undefined ? { expression } : { expression, message },
            ),
          },
  };
}

/** `holdfast policy schema`. */
export async function policySchemaCommand(): Promise<number> {
  await writeText(`${JSON.stringify(policySchema(), null, 2)}\n`);
  return exitCodes.done;
}
