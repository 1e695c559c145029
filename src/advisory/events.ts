import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';

const updated = compiledObject({
  kind: z.string(),
  builtAt: z.string(),
  records: z.number(),
  ecosystems: z.number(),
  /** Inputs by name, the first 50. */
  sources: z.array(z.string()),
  /** Sources that could not be fetched. */
  failed: z.array(z.string()),
  /** How it came: `update`, `import` or `build`. */
  by: z.string(),
});

export type AdvisoriesUpdated = z.infer<typeof updated>;

/** The advisories that scans compare with were put in place. */
export const advisoriesUpdated: EventDeclaration<'advisories.updated', AdvisoriesUpdated> = {
  type: 'advisories.updated',
  schemaVersion: 1,
  parse: (data) => updated.parse(data),
  upcasts: [],
  summarise: ({ builtAt, records, ecosystems, failed, by }) => ({
    subject: 'advisories',
    outcome: failed.length > 0 ? 'incomplete' : 'done',
    sentence: `${records} records of ${ecosystems} ecosystems, made ${builtAt}, by db ${by}${failed.length > 0 ? `; not fetched: ${failed.join(', ')}` : ''}`,
  }),
};
