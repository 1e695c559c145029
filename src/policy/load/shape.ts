import type * as z from 'zod/mini';
import type { Fault } from '#policy/load/fault.ts';
import { nearest } from '#policy/load/nearest.ts';
import type { YamlFile } from '#policy/load/yaml-file.ts';

/** A value that fits, or what does not, with places. */
export type Shaped<T> =
  | { readonly kind: 'fits'; readonly value: T }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

/**
 * Compares a part of a file with its shape.
 * @param keys names that the shape knows, for whoever mistyped one
 */
export function shaped<T>(
  file: YamlFile,
  path: readonly PropertyKey[],
  value: unknown,
  schema: z.ZodMiniType<T>,
  keys: readonly string[],
): Shaped<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: 'fits', value: parsed.data };
  const faults = parsed.error.issues.flatMap((issue): Fault[] => {
    const at = [...path, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const meant = nearest(key, keys);
        const hint = meant === undefined ? `There are: ${keys.join(', ')}.` : `Did you mean ${meant}?`;
        return { ...file.placeOfKey(at, key), message: `There is no ${JSON.stringify(key)} here. ${hint}`, hint };
      });
    }
    const last = issue.path.at(-1);
    const what = last === undefined ? 'This' : typeof last === 'number' ? `Item ${last + 1}` : `${String(last)}`;
    return [{ ...file.placeOf(at), message: `${what}: ${wordsOf(issue)}` }];
  });
  return { kind: 'faults', faults };
}

function wordsOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `it must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map((one) => String(one)).join(', ')}.`;
    case 'invalid_type':
      return issue.input === undefined ? 'it is missing.' : `it must be ${article(issue.expected)}.`;
    case 'too_small':
      return `it must be at least ${issue.minimum}${issue.origin === 'array' ? ' long' : ''}.`;
    case 'too_big':
      return `it must be at most ${issue.maximum}.`;
    case 'invalid_union':
      return 'it has a form that is not known here.';
    default:
      return `it is not as it must be (${issue.code}).`;
  }
}

function article(type: string): string {
  const words: Readonly<Record<string, string>> = {
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
    string: 'a text',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  };
  return words[type] ?? type;
}
