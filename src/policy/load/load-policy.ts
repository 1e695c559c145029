import { type FactName, NEVER_COLLECTED } from '#policy/facts/facts.ts';
import { type Fault, faultsError } from '#policy/load/fault.ts';
import { loadRules } from '#policy/load/load-rules.ts';
import { type PolicyFile, policyFileShape } from '#policy/load/policy-file.ts';
import { shaped } from '#policy/load/shape.ts';
import type { YamlFile } from '#policy/load/yaml-file.ts';
import { isOfKind } from '#policy/match.ts';
import type { Policy } from '#policy/policy.ts';

/** Checks an expression: what is wrong with it, undefined when nothing is. */
export type CheckExpression = (expression: string, variables: readonly string[]) => string | undefined;

/** What a run judges, and what it does not collect for that. */
export interface Run {
  readonly kind: 'image' | 'workload';
  readonly without: ReadonlySet<FactName>;
}

/**
 * Makes a policy of what a file holds. Everything that is wrong with it is told at once, each with line and column.
 * @param text as it is written
 * @param name of the file, for errors
 * @param run a rule over what it does not collect is refused; without one, what no run collects
 * @throws `POLICY_INVALID`, kind `usage`
 */
export function loadPolicy(
  yaml: YamlFile,
  text: string,
  name: string,
  checkExpression: CheckExpression,
  run?: Run,
): Policy {
  const found = shaped(yaml, [], yaml.value, policyFileShape);
  if (found.kind === 'faults') throw faultsError('POLICY_INVALID', name, found.faults);
  const { value } = found;
  const { validations = [], variables = [], matchConditions = [], match = {} } = value;
  const faults: Fault[] = [];
  const mode = value.mode ?? 'enforce';
  const kinds = match.kinds ?? [];
  const isForRun = run !== undefined && isOfKind(kinds, run.kind);
  const never = isForRun ? new Set([...NEVER_COLLECTED, ...run.without]) : NEVER_COLLECTED;
  const rules = loadRules(yaml, value.rules ?? [], mode, never, faults);
  faults.push(...expressionFaults(yaml, value, checkExpression));
  if (faults.length === 0 && validations.length === 0 && rules.every((rule) => rule.mode === 'off')) {
    const what = rules.length === 0 ? 'has neither rules nor validations' : 'has no rule that is not off';
    faults.push({ ...yaml.placeOf(['name']), message: `The policy ${what}: it would allow everything.` });
  }
  if (faults.length > 0) throw faultsError('POLICY_INVALID', name, faults);
  const hasCel = validations.length > 0 || matchConditions.length > 0;
  return {
    name: value.name,
    ...(value.description === undefined ? {} : { description: value.description }),
    match: { images: match.images ?? [], environments: match.environments ?? [], kinds },
    mode,
    whenUnknown: value.whenUnknown ?? 'warn',
    rules,
    cel: hasCel ? { variables, matchConditions, validations, failurePolicy: value.failurePolicy ?? 'Fail' } : undefined,
    text,
  };
}

function expressionFaults(yaml: YamlFile, value: PolicyFile, check: CheckExpression): readonly Fault[] {
  const known: string[] = [];
  const at = (path: readonly PropertyKey[], expression: string | undefined): readonly Fault[] => {
    const message = expression === undefined ? undefined : check(expression, known);
    return message === undefined ? [] : [{ ...yaml.placeOf(path), message }];
  };
  const inVariables = (value.variables ?? []).flatMap(({ name, expression }, index) => {
    const faults = [...at(['variables', index, 'expression'], expression)];
    if (known.includes(name)) {
      faults.push({ ...yaml.placeOf(['variables', index, 'name']), message: `The variable ${name} is there twice.` });
    }
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
