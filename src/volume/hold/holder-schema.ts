import * as z from 'zod/mini';

/** Names of machines, boots and namespaces are shorter by far. */
const text = z.string().check(z.maxLength(4096));

/** A process as files keep it ({@link file://./holder.ts}). */
export const holderSchema = z.object({
  pid: z.int(),
  startTicks: z.number(),
  bootId: text,
  namespace: text,
  host: text,
});
