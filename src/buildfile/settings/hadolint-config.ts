import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import * as z from 'zod/mini';
import { LABEL_FORMATS, type LabelFormat, NO_SETTINGS, type Settings } from '#buildfile/settings/settings.ts';
import { HoldfastError } from '#core/errors.ts';
import type { Severity } from '#core/severity.ts';

/** hadolint's levels as severities. */
const LEVELS = { error: 'high', warning: 'medium', info: 'low', style: 'negligible' } as const;

/** What a level lets fail: `ignore` and `none` let everything. */
const THRESHOLDS: Readonly<Record<string, Severity>> = { ...LEVELS, ignore: 'negligible', none: 'negligible' };

const ids = z.optional(z.nullable(z.array(z.string())));
const schema = z.strictObject({
  ignored: ids,
  override: z.optional(z.nullable(z.strictObject({ error: ids, warning: ids, info: ids, style: ids }))),
  trustedRegistries: z.optional(z.nullable(z.union([z.string(), z.array(z.string())]))),
  'label-schema': z.optional(z.nullable(z.record(z.string(), z.enum([...LABEL_FORMATS, 'git-hash', ''])))),
  'strict-labels': z.optional(z.boolean()),
  'failure-threshold': z.optional(z.enum(['error', 'warning', 'info', 'style', 'ignore', 'none'])),
  'disable-ignore-pragma': z.optional(z.boolean()),
  // For hadolint's own output.
  'no-fail': z.optional(z.boolean()),
  'no-color': z.optional(z.boolean()),
  format: z.optional(z.string()),
  verbose: z.optional(z.boolean()),
});

/**
 * Reads hadolint's configuration (`.hadolint.yaml`). It is the operator's own: what is wrong in it is an error.
 * @throws `HADOLINT_CONFIG` (usage), with line and column
 */
export function readHadolintConfig(text: string, path: string): Settings {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const failed = (offset: number, why: string) => {
    const { line, col } = counter.linePos(offset);
    return new HoldfastError('HADOLINT_CONFIG', `${path}:${line}:${col}: ${why}`, {
      path,
      kind: 'usage',
      hint: 'hadolint’s README lists what may stand in it.',
    });
  };
  const [error] = document.errors;
  if (error !== undefined) throw failed(error.pos[0], error.message.split('\n', 1)[0] ?? error.message);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (value === null || value === undefined) return NO_SETTINGS;
  const checked = schema.safeParse(value);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const at = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])];
    const key = at.join('.');
    throw failed(offsetOf(document.contents, at), key === '' ? 'a map is expected' : `${key} ${whyOf(issue?.code)}`);
  }
  return settingsOf(checked.data);
}

function whyOf(code: string | undefined): string {
  return code === 'unrecognized_keys' ? 'is not known' : 'has not the form that is expected';
}

function settingsOf(given: z.infer<typeof schema>): Settings {
  const severities = Object.entries(LEVELS).flatMap(([level, severity]) =>
    (given.override?.[level as keyof typeof LEVELS] ?? []).map((id) => [id, severity] as const),
  );
  const registries = given.trustedRegistries ?? [];
  const threshold = given['no-fail'] === true ? 'never' : THRESHOLDS[given['failure-threshold'] ?? ''];
  return {
    ignored: new Set(given.ignored ?? []),
    severities: new Map(severities),
    trustedRegistries: typeof registries === 'string' ? [registries] : registries,
    labels: new Map(Object.entries(given['label-schema'] ?? {}).map(([name, format]) => [name, formatOf(format)])),
    strictLabels: given['strict-labels'] === true,
    pragmasOff: given['disable-ignore-pragma'] === true,
    ...(threshold === undefined ? {} : { failOn: threshold }),
  };
}

function formatOf(format: string): LabelFormat {
  return LABEL_FORMATS.find((one) => one === format) ?? (format === 'git-hash' ? 'hash' : 'text');
}

/** Where a key or its value stands; the nearest above it that is there. */
function offsetOf(contents: unknown, path: readonly PropertyKey[]): number {
  let node: unknown = contents;
  let offset = 0;
  for (const key of path) {
    if (!isMap(node)) break;
    const pair = node.items.find((one) => isScalar(one.key) && one.key.value === key);
    const [start] = (pair?.key as Node | undefined)?.range ?? [];
    offset = start ?? offset;
    node = pair?.value;
  }
  return offset;
}
