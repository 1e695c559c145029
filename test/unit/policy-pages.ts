import * as z from 'zod/mini';
import { factsSchema, NEVER_COLLECTED } from '#policy/facts/facts.ts';
import { parametersSchema } from '#policy/load/policy-schema.ts';
import { RULES } from '#policy/rules/list.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A type in a few words. */
function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${String(one)}\``).join(', ');
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => typeOf({ ...schema, type })).join(' or ');
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return several.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.type === 'object') return schema.properties === undefined ? 'mapping' : 'object';
  if (schema.type === 'number' || schema.type === 'integer') {
    const word = schema.type === 'integer' ? 'whole number' : 'number';
    const ends = schema.maximum !== undefined && schema.maximum < 1e6 ? `, ${schema.minimum} to ${schema.maximum}` : '';
    return `${word}${ends}`;
  }
  const words: Readonly<Record<string, string>> = { string: 'text', boolean: 'true or false', null: 'null' };
  return words[String(schema.type)] ?? 'anything';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** docs/reference/policy-rules.md */
export function rulesPage(): string {
  const chapters = RULES.flatMap(({ id, title, why, needs }) => {
    const { properties, required } = parametersSchema(id);
    const rows = Object.entries(properties).map(([name, schema]) => {
      const needed = required.includes(name) ? 'yes' : '';
      return `| \`${name}\` | ${cell(typeOf(schema as Schema))} | ${needed} | ${cell(String(schema['description'] ?? ''))} |`;
    });
    const table =
      rows.length === 0
        ? ['No parameters.']
        : ['| parameter | is | needed | means |', '| --- | --- | --- | --- |', ...rows];
    return [`## ${id}`, '', `${title}. ${why}`, '', `Needs: ${needs.join(', ')}.`, '', ...table, ''];
  });
  return [
    '# Rules of policies',
    '',
    'Generated from the list of rules. Every rule also takes `mode`: `enforce`, `warn` or `off`.',
    '',
    ...chapters,
  ].join('\n');
}

/** docs/reference/policy-facts.md */
export function factsPage(): string {
  const { properties = {} } = z.toJSONSchema(factsSchema, { io: 'output' }) as Schema;
  const chapters = Object.entries(properties).flatMap(([name, schema]) => {
    if (name === 'version') return [];
    const collected = schema.oneOf?.find((one) => one.properties?.['state']?.const === 'collected');
    const value = name === 'subject' ? schema : (collected?.properties?.['value'] ?? {});
    const head = [`## ${name}`, ''];
    if (NEVER_COLLECTED.has(name as never))
      return [...head, 'Not collected yet: a rule or an expression over it is refused when the policy is loaded.', ''];
    const list = value.type === 'array';
    const fields = (list ? value.items : value)?.properties ?? {};
    return [...head, ...(list ? ['A list; of each:', ''] : []), ...table(fields), ''];
  });
  return [
    '# Facts of policies',
    '',
    'Generated from the schema. `holdfast check IMAGE --format facts` prints them; expressions see them as `object`.',
    '',
    'Each part but `subject` was *collected*, or *failed* (it could not be read, or in part only), or is *not-collected*. In',
    'expressions what was collected stands under its name, what was not is absent, and `object.states.NAME` says which it is.',
    'Expressions also see ages in whole days: `object.image.ageDays`, and of findings `daysSincePublished`, `daysSinceFix`',
    'and `daysSinceFirstSeen`; null where the date is not known.',
    '',
    ...chapters,
  ].join('\n');
}

function table(fields: Readonly<Record<string, Schema>>, prefix = ''): readonly string[] {
  const rows = (all: Readonly<Record<string, Schema>>, before: string): readonly string[] =>
    Object.entries(all).flatMap(([name, schema]) => {
      const inner = schema.anyOf?.find((one) => one.properties !== undefined) ?? schema;
      const description = schema.description ?? inner.description ?? '';
      const row = `| \`${before}${name}\` | ${cell(typeOf(schema))} | ${cell(description)} |`;
      const nested = inner.items?.properties ?? inner.properties;
      const under = inner.items?.properties === undefined ? `${before}${name}.` : `${before}${name}[].`;
      return nested === undefined ? [row] : [row, ...rows(nested, under)];
    });
  return ['| field | is | means |', '| --- | --- | --- |', ...rows(fields, prefix)];
}
