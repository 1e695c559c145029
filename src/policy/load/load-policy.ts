import * as z from 'zod/mini';
import { NEVER_COLLECTED } from '#policy/facts/facts.ts';
import { type Fault, faultsError } from '#policy/load/fault.ts';
import { nearest } from '#policy/load/nearest.ts';
import { shaped } from '#policy/load/shape.ts';
import { readYamlFile, type YamlFile } from '#policy/load/yaml-file.ts';
import type { Policy, PolicyRule } from '#policy/policy.ts';
import { RULES } from '#policy/rules/list.ts';
import type { BuiltInRule } from '#policy/rules/rule.ts';

const mode = z.enum(['off', 'warn', 'enforce']);
const named = z.array(
  z.strictObject({ name: z.string().check(z.regex(/^[A-Za-z_]\w{0,63}$/)), expression: z.string() }),
);
const patterns = z.optional(z.array(z.string()));

const file = z.strictObject({
  apiVersion: z.literal('holdfast/v1'),
  kind: z.literal('Policy'),
  name: z.string().check(z.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)),
  description: z.optional(z.string()),
  match: z.optional(
    z.strictObject({
      images: patterns,
      environments: patterns,
      kinds: z.optional(z.array(z.enum(['image', 'workload']))),
    }),
  ),
  mode: z.optional(mode),
  whenUnknown: z.optional(z.enum(['deny', 'warn', 'allow'])),
  rules: z.optional(z.array(z.looseObject({ rule: z.string(), mode: z.optional(mode) }))),
  failurePolicy: z.optional(z.enum(['Fail', 'Ignore'])),
  variables: z.optional(named),
  matchConditions: z.optional(named),
  validations: z.optional(
    z.array(
      z.strictObject({
        expression: z.string(),
        message: z.optional(z.string()),
        messageExpression: z.optional(z.string()),
        reason: z.optional(z.string().check(z.regex(/^[\w-]{1,64}$/))),
      }),
    ),
  ),
});

/** The schema of a policy file, for editors (`holdfast policy schema`). */
export const policyFileSchema = file;

type PolicyFile = z.infer<typeof file>;

const KEYS: readonly string[] = [
  ...[
    'apiVersion',
    'kind',
    'name',
    'description',
    'match',
    'mode',
    'whenUnknown',
    'rules',
    'failurePolicy',
    'variables',
  ],
  ...[
    'matchConditions',
    'validations',
    'images',
    'environments',
    'kinds',
    'expression',
    'message',
    'messageExpression',
    'reason',
  ],
];

/** Checks an expression: what is wrong with it, with the place inside it; undefined when nothing is. */
export type CheckExpression = (
  expression: string,
  variables: readonly string[],
) => { readonly message: string; readonly line: number } | undefined;

/** Rules that ask for things which no part of this program collects yet. */
const LATER: Readonly<Record<string, string>> = {
  secrets: 'secrets',
  malware: 'malware',
  signature: 'trust',
  attestation: 'trust',
  provenance: 'trust',
};

/**
 * Reads a policy. Everything that is wrong with it is told at once, each with line and column.
 * @param name of the file, for errors
 * @throws `POLICY_INVALID`, kind `usage`
 */
export function loadPolicy(text: string, name: string, checkExpression: CheckExpression): Policy {
  const yaml = readYamlFile(text, name, 'POLICY_INVALID');
  const found = shaped(yaml, [], yaml.value, file, KEYS);
  if (found.kind === 'faults') throw faultsError('POLICY_INVALID', name, found.faults);
  const { value } = found;
  const faults: Fault[] = [];
  const own = value.mode ?? 'enforce';
  const rules = (value.rules ?? []).flatMap((entry, index) => ruleOf(yaml, index, entry, own, faults));
  faults.push(...repeated(yaml, value), ...expressionFaults(yaml, value, checkExpression));
  const hasCel = (value.validations ?? []).length > 0;
  if (rules.length === 0 && !hasCel && faults.length === 0) {
    faults.push({
      ...yaml.placeOf(['name']),
      message: 'The policy has neither rules nor validations: it would allow everything.',
    });
  }
  if (faults.length > 0) throw faultsError('POLICY_INVALID', name, faults);
  const { match = {} } = value;
  return {
    name: value.name,
    ...(value.description === undefined ? {} : { description: value.description }),
    match: { images: match.images ?? [], environments: match.environments ?? [], kinds: match.kinds ?? [] },
    mode: own,
    whenUnknown: value.whenUnknown ?? 'warn',
    rules,
    cel: hasCel
      ? {
          variables: value.variables ?? [],
          matchConditions: value.matchConditions ?? [],
          validations: value.validations ?? [],
          failurePolicy: value.failurePolicy ?? 'Fail',
        }
      : undefined,
    text,
  };
}

type Entry = NonNullable<PolicyFile['rules']>[number];

function ruleOf(
  yaml: YamlFile,
  index: number,
  entry: Entry,
  own: 'off' | 'warn' | 'enforce',
  faults: Fault[],
): readonly PolicyRule[] {
  const { rule: id, mode: ruleMode = own, ...given } = entry;
  const at = ['rules', index];
  const rule = RULES.find((one) => one.id === id);
  if (rule === undefined) {
    const later = Object.hasOwn(LATER, id) ? LATER[id] : undefined;
    const meant = nearest(
      id,
      RULES.map((one) => one.id),
    );
    const hint =
      meant === undefined ? `There are: ${RULES.map((one) => one.id).join(', ')}.` : `Did you mean ${meant}?`;
    const message =
      later === undefined
        ? `There is no rule ${JSON.stringify(id)}. ${hint}`
        : `The rule ${id} needs ${later}, which this program does not collect: it could only be unknown.`;
    faults.push({ ...yaml.placeOf([...at, 'rule']), message });
    return [];
  }
  const never = rule.needs.find((need) => NEVER_COLLECTED.has(need));
  if (never !== undefined) {
    faults.push({
      ...yaml.placeOf([...at, 'rule']),
      message: `The rule ${id} needs ${never}, which this program does not collect.`,
    });
    return [];
  }
  const parameters = shaped(yaml, at, given, rule.parameters as z.ZodMiniType<unknown>, parameterNames(rule));
  if (parameters.kind === 'fits') return [{ rule, parameters: parameters.value, mode: ruleMode }];
  faults.push(...parameters.faults);
  return [];
}

/** Names of a rule's parameters. */
export function parameterNames(rule: BuiltInRule<unknown>): readonly string[] {
  const { def } = rule.parameters as unknown as { readonly def: { readonly shape?: object } };
  return Object.keys(def.shape ?? {});
}

/** The same rule with the same parameters twice, once to deny and once to warn, contradicts itself. */
function repeated(yaml: YamlFile, { rules = [] }: PolicyFile): readonly Fault[] {
  const seen = new Map<string, number>();
  return rules.flatMap(({ mode: _, ...entry }, index) => {
    const key = JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
    const first = seen.get(key);
    seen.set(key, first ?? index);
    if (first === undefined) return [];
    const message = `This is rule ${first + 1} once more: leave one of them out.`;
    return [{ ...yaml.placeOf(['rules', index]), message }];
  });
}

function expressionFaults(yaml: YamlFile, value: PolicyFile, check: CheckExpression): readonly Fault[] {
  const known: string[] = [];
  const at = (path: readonly PropertyKey[], expression: string | undefined): readonly Fault[] => {
    const wrong = expression === undefined ? undefined : check(expression, known);
    if (wrong === undefined) return [];
    const place = yaml.placeOf(path);
    return [{ ...place, message: wrong.message }];
  };
  const inVariables = (value.variables ?? []).flatMap(({ name, expression }, index) => {
    const faults = at(['variables', index, 'expression'], expression);
    known.push(name);
    return faults;
  });
  return [
    ...inVariables,
    ...(value.matchConditions ?? []).flatMap(({ expression }, index) =>
      at(['matchConditions', index, 'expression'], expression),
    ),
    ...(value.validations ?? []).flatMap(({ expression, messageExpression }, index) => [
      ...at(['validations', index, 'expression'], expression),
      ...at(['validations', index, 'messageExpression'], messageExpression),
    ]),
  ];
}
