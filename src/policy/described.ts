import * as z from 'zod/mini';

/** A schema with a sentence for people: the reference page and editors show it. */
export function described<T extends z.ZodMiniType>(schema: T, sentence: string): T {
  return schema.check(z.describe(sentence)) as T;
}
