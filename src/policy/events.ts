import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';
import { SEVERITIES } from '#core/severity.ts';
import { MODES, WHEN_UNKNOWN } from '#policy/verdict.ts';

const reached = compiledObject({
  target: compiledObject({
    kind: z.string(),
    reference: z.string(),
    /** Of the image's manifest; targets that are no images have none. */
    digest: z.optional(z.string()),
    /** Of the image's config, which engines call its id. */
    imageId: z.optional(z.string()),
    platform: z.optional(z.string()),
  }),
  /** `workload`: how it is run was judged, too, so that this is no verdict over the image alone; left out: it was not. */
  subject: z.optional(z.literal('workload')),
  /** Where it shall run, as it was said. */
  environment: z.nullable(z.string()),
  decision: z.enum(['allow', 'deny', 'unknown']),
  /** What the policies make of unknown; only where that is the decision. */
  whenUnknown: z.optional(z.enum(WHEN_UNKNOWN)),
  /** Those that were applied. */
  policies: z.array(compiledObject({ name: z.string(), mode: z.enum(MODES) })),
  counts: compiledObject({ reasons: z.int(), warnings: z.int(), missing: z.int(), waived: z.int() }),
  /** The first reasons; where there are none, what was missing. */
  reasons: z.array(
    compiledObject({
      policy: z.string(),
      rule: z.string(),
      severity: z.enum(SEVERITIES),
      sentence: z.string(),
      vulnerability: z.optional(z.string()),
      package: z.optional(z.string()),
    }),
  ),
  /** Digest of the blob with all that the verdict depends on. */
  evaluation: z.string(),
  /** Position of the event with the inventory that was judged; null when that was not recorded. */
  inventory: z.nullable(z.int()),
});

export type VerdictReached = z.infer<typeof reached>;

/** An image, or another target, was judged by policies. */
export const verdictReached: EventDeclaration<'verdict.reached', VerdictReached> = {
  type: 'verdict.reached',
  schemaVersion: 1,
  parse: (data) => reached.parse(data),
  upcasts: [],
  blobs: ({ evaluation }) => [evaluation],
  summarise: ({ target, decision, policies, counts, reasons }) => {
    const by = policies.length === 0 ? 'no policy is for it' : `by ${policies.map(({ name }) => name).join(', ')}`;
    const told = [
      counts.reasons > 0 ? plural(counts.reasons, 'reason') : '',
      counts.missing > 0 ? `${counts.missing} not known` : '',
      counts.warnings > 0 ? plural(counts.warnings, 'warning') : '',
      counts.waived > 0 ? `${counts.waived} waived` : '',
    ].filter((part) => part !== '');
    const [first] = reasons;
    const why = first === undefined ? '' : `: ${first.sentence.replace(/\.$/, '')}`;
    return {
      subject: target.reference,
      outcome: decision,
      sentence: `${decision} ${by}${told.length === 0 ? '' : `, ${told.join(', ')}`}${why}`,
    };
  },
};

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
