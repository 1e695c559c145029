import * as z from 'zod/mini';

/**
 * The schema of what is known of one thing: it was looked at; it was, and could not be read, or only in part; or nobody
 * looked. A part is never the whole: what is not in it may be there.
 */
export function factOf<T extends z.ZodMiniType>(value: T) {
  return z.discriminatedUnion('state', [
    z.object({ state: z.literal('collected'), value }),
    z.object({ state: z.literal('failed'), why: z.string(), partial: z.optional(value) }),
    z.object({ state: z.literal('not-collected'), why: z.string() }),
  ]);
}
