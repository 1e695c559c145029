import { FACT_PREFIX, type Facts } from '#inventory/formats/package-facts.ts';

/** What an annotation with facts begins with; a JSON object follows. */
export const ANNOTATION_PREFIX = `${FACT_PREFIX} `;

/** The facts of an annotation's comment, names with their prefix; undefined for comments that are none of Holdfast's. */
export function factsFromComment(comment: string): Facts | undefined {
  if (!comment.startsWith(ANNOTATION_PREFIX)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(comment.slice(ANNOTATION_PREFIX.length));
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const facts = new Map<string, readonly string[]>();
  for (const [name, values] of Object.entries(parsed)) {
    if (Array.isArray(values))
      facts.set(
        FACT_PREFIX + name,
        values.filter((value) => typeof value === 'string'),
      );
  }
  return facts;
}
