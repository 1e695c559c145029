import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';

const about = {
  volume: z.string(),
  /** In which all of it was kept before: whole id. */
  snapshot: z.string(),
  repository: compiledObject({ name: z.string(), id: z.string() }),
};

const begun = compiledObject(about);

/** A volume is about to be deleted, after a snapshot. */
export const volumeRemovalBegun: EventDeclaration<'volume.removal-begun', z.infer<typeof begun>> = {
  type: 'volume.removal-begun',
  schemaVersion: 1,
  parse: (data) => begun.parse(data),
  upcasts: [],
  summarise: ({ volume, snapshot, repository: { name } }) => ({
    subject: volume,
    outcome: 'done',
    sentence: `The volume is about to be deleted; all of it is in snapshot ${snapshot.slice(0, 8)} of ${name}`,
  }),
};

const removed = compiledObject({
  ...about,
  /** Null: it is deleted. Else why it is still there. */
  failure: z.nullable(z.string()),
});

/** What became of a volume that was to be deleted. */
export const volumeRemoved: EventDeclaration<'volume.removed', z.infer<typeof removed>> = {
  type: 'volume.removed',
  schemaVersion: 1,
  parse: (data) => removed.parse(data),
  upcasts: [],
  summarise: ({ volume, snapshot, failure }) => ({
    subject: volume,
    outcome: failure === null ? 'done' : 'failed',
    sentence:
      failure === null
        ? `The volume is deleted; snapshot ${snapshot.slice(0, 8)} has it`
        : `It is still there: ${failure}`,
  }),
};
