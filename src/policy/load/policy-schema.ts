import * as z from 'zod/mini';
import { policyFileShape } from '#policy/load/policy-file.ts';
import { RULES } from '#policy/rules/list.ts';
import { parametersOf } from '#policy/rules/parameters.ts';
import { MODES } from '#policy/verdict.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema (2020-12) of a policy file, for editors: with every rule and its parameters. */
export function policySchema(): JsonSchema {
  const schema = z.toJSONSchema(policyFileShape, { io: 'input' }) as { properties: Record<string, unknown> };
  const rules = {
    type: 'array',
    items: { oneOf: RULES.map(ruleSchema) },
  };
  return {
    ...schema,
    title: 'Policy of Holdfast',
    properties: { ...schema.properties, rules },
  };
}

/** What one entry of `rules` may be. */
function ruleSchema({ id, title, why }: (typeof RULES)[number]): JsonSchema {
  const { $schema: _, properties, required, ...shape } = parametersSchema(id);
  return {
    ...shape,
    title,
    description: why,
    properties: { rule: { const: id }, mode: { enum: [...MODES] }, ...properties },
    required: ['rule', ...required],
  };
}

interface ParametersSchema extends JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
}

/** The JSON Schema of a rule's parameters. */
export function parametersSchema(rule: string): ParametersSchema {
  const { properties = {}, required = [], ...rest } = z.toJSONSchema(parametersOf(rule), { io: 'input' });
  return { ...rest, properties: properties as ParametersSchema['properties'], required };
}
