import * as z from 'zod/mini';

/** What is known of one thing: it was looked at, it was and could not be read, or nobody looked. */
export type Fact<T> =
  | { readonly state: 'collected'; readonly value: T }
  | { readonly state: 'failed'; readonly why: string }
  | { readonly state: 'not-collected'; readonly why: string };

/** The schema of a fact. */
export function factOf<T extends z.ZodMiniType>(value: T) {
  return z.discriminatedUnion('state', [
    z.object({ state: z.literal('collected'), value }),
    z.object({ state: z.literal('failed'), why: z.string() }),
    z.object({ state: z.literal('not-collected'), why: z.string() }),
  ]);
}

/** The same with a sentence for the reference page. */
export function described<T extends z.ZodMiniType>(schema: T, sentence: string): T {
  return schema.check(z.describe(sentence)) as T;
}
