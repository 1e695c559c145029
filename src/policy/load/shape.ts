import type * as z from 'zod/mini';
import type { Fault } from '#policy/load/fault.ts';
import { nearest } from '#policy/load/nearest.ts';
import type { YamlFile } from '#policy/load/yaml-file.ts';

/** A value that fits, or what does not, with places. */
export type Shaped<T> =
  | { readonly kind: 'fits'; readonly value: T }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

const MOST_KEYS = 20;

/**
 * Compares a part of a file with its shape. Whoever mistyped a name is told the nearest one that may stand there.
 * @param path of the part
 */
export function shaped<T>(
  file: YamlFile,
  path: readonly PropertyKey[],
  value: unknown,
  schema: z.ZodMiniType<T>,
): Shaped<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: 'fits', value: parsed.data };
  const faults = parsed.error.issues.flatMap((issue): Fault[] => {
    const at = [...path, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const keys = keysAt(schema, issue.path);
      return issue.keys.slice(0, MOST_KEYS).map((key) => {
        const hint = suggestion(key, keys);
        return { ...file.placeOfKey(at, key), message: `There is no ${quoted(key)} here. ${hint}`, hint };
      });
    }
    const last = issue.path.at(-1);
    const what = last === undefined ? 'This' : typeof last === 'number' ? `Item ${last + 1}` : `${String(last)}`;
    return [{ ...file.placeOf(at), message: `${what}: ${wordsOf(issue, valueAt(value, issue.path))}` }];
  });
  return { kind: 'faults', faults };
}

/** A word of the operator's in quotes, as long as it can be read. */
export function quoted(word: string): string {
  return JSON.stringify(word.length > 100 ? `${word.slice(0, 100)}…` : word);
}

/** `Did you mean …?`, or what there is. */
export function suggestion(word: string, names: readonly string[]): string {
  const meant = nearest(word, names);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  return names.length === 0 ? 'There is nothing to set.' : `There are: ${names.join(', ')}.`;
}

interface Def {
  readonly shape?: Readonly<Record<string, { readonly def: Def }>>;
  readonly element?: { readonly def: Def };
  readonly innerType?: { readonly def: Def };
}

/** The names that a mapping may have. */
function keysAt(schema: z.ZodMiniType, path: readonly PropertyKey[]): readonly string[] {
  let def: Def | undefined = (schema as unknown as { readonly def: Def }).def;
  const inside = () => {
    while (def?.innerType !== undefined) def = def.innerType.def;
  };
  inside();
  for (const step of path) {
    def = typeof step === 'number' ? def?.element?.def : def?.shape?.[String(step)]?.def;
    inside();
  }
  return Object.keys(def?.shape ?? {});
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    value,
  );
}

function wordsOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && issue.code.startsWith('invalid_')) return 'it is missing.';
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_value':
      return `it must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map((one) => String(one)).join(', ')}.`;
    case 'invalid_type':
      return `it must be ${article(issue.expected)}${value === null ? ', and is empty' : ''}.`;
    case 'too_small':
      return `it must ${issue.origin === 'array' ? 'have at least' : 'be at least'} ${issue.minimum}${issue.origin === 'array' ? ' of them' : ''}.`;
    case 'too_big':
      return `it must be at most ${issue.maximum}${issue.origin === 'string' || issue.origin === 'array' ? ' long' : ''}.`;
    case 'invalid_format':
      return 'it has letters or a form that it may not have.';
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
