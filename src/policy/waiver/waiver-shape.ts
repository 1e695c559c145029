import * as z from 'zod/mini';

const optionalText = z.optional(z.string());

/** A waiver as evaluations and events keep it. */
export const waiverShape = z.object({
  id: z.string(),
  /** One of both, or both: any of a vulnerability's ids, a rule's id. */
  vulnerability: optionalText,
  rule: optionalText,
  /** Patterns of images; none: all. */
  images: z.array(z.string()),
  /** Name of a package, or its purl, with or without a version; absent: any. */
  package: optionalText,
  /** Patterns of paths in the image; absent: any. */
  paths: z.optional(z.array(z.string())),
  author: z.string(),
  reason: z.string(),
  /** ISO 8601, the first moment at which it counts no more. */
  expires: z.string(),
  /** Why the flaw does no harm, in VEX's words. */
  justification: optionalText,
  /** The file that it is from names no date: it counts when that is read. */
  undated: z.optional(z.boolean()),
});

/** Somebody accepts a reason, for a while. */
export type Waiver = z.infer<typeof waiverShape>;
