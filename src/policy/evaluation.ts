import * as z from 'zod/mini';
import { canonicalJson, type JsonValue } from '#core/canonical-json.ts';
import { isObject } from '#core/oci/json.ts';
import { factsSchema } from '#policy/facts/facts.ts';
import { readFacts } from '#policy/facts/read-facts.ts';
import { waiverShape } from '#policy/waiver/waiver-shape.ts';

const schema = z.object({
  version: z.literal(1),
  /** Which version of the program judged. */
  program: z.string(),
  /** ISO 8601. */
  now: z.string(),
  facts: factsSchema,
  /** The texts of all policies that were asked for, also of those that are not for the subject. */
  policies: z.array(z.object({ name: z.string(), text: z.string() })),
  waivers: z.array(waiverShape),
  /** Keys of the findings that were there before, sorted; null when nothing was compared. */
  baseline: z.nullable(z.array(z.string())),
});

/** All that one verdict depends on, as it is kept: judged again, it gives the same. */
export type Evaluation = z.infer<typeof schema>;

/** Its bytes, the same for the same evaluation. Halves of characters, which images may hold, are replaced. */
export function formatEvaluation(evaluation: Evaluation): string {
  // Fields that are undefined go, as in all JSON.
  const plain = JSON.stringify(evaluation, (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
  return canonicalJson(JSON.parse(plain) as JsonValue);
}

/** Reads one back; undefined for what is none, or of a later form. */
export function parseEvaluation(text: string): Evaluation | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return schema.parse(isObject(value) ? { ...value, facts: readFacts(value['facts']) } : value);
  } catch {
    return undefined;
  }
}
