import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';
import { changeSummarySchema } from '#volume/signs/change-summary.ts';

const about = {
  volume: z.string(),
  repository: compiledObject({ name: z.string(), id: z.string() }),
  /** The snapshot with the changes, and the one before: whole ids. */
  snapshot: z.string(),
  before: z.string(),
};

const compared = compiledObject({
  ...about,
  /** On the record, of the snapshot: what is older was compared before. */
  position: z.number(),
  judged: z.enum(['clear', 'raised', 'not-judged']),
  changes: changeSummarySchema,
});

export type VolumeCompared = z.infer<typeof compared>;

/** What changed from one snapshot to the next was counted: history, for those to come. */
export const volumeCompared: EventDeclaration<'volume.compared', VolumeCompared> = {
  type: 'volume.compared',
  schemaVersion: 1,
  parse: (data) => compared.parse(data),
  upcasts: [],
  summarise: ({ volume, snapshot, before, judged, changes }) => {
    const { changed, added, removed, renamed, filesBefore } = changes;
    const words = `${changed} of ${filesBefore} files changed, ${added} came, ${removed} went, ${renamed} were renamed`;
    return {
      subject: volume,
      outcome: judged === 'not-judged' ? 'unknown' : judged === 'clear' ? 'done' : 'failed',
      sentence: `From snapshot ${before.slice(0, 8)} to ${snapshot.slice(0, 8)}: ${words}`,
    };
  },
};

const raised = compiledObject({
  ...about,
  signs: z.array(
    compiledObject({
      kind: z.string(),
      sentence: z.string(),
      share: z.number(),
      median: z.number(),
      spread: z.number(),
    }),
  ),
});

export type VolumeSignsRaised = z.infer<typeof raised>;

/** A snapshot looks as if ransomware had been at work before it. Nothing of the volume is forgotten until that is accepted. */
export const volumeSignsRaised: EventDeclaration<'volume.signs-raised', VolumeSignsRaised> = {
  type: 'volume.signs-raised',
  schemaVersion: 1,
  parse: (data) => raised.parse(data),
  upcasts: [],
  summarise: ({ volume, snapshot, signs }) => ({
    subject: volume,
    outcome: 'failed',
    sentence: `Signs of ransomware in snapshot ${snapshot.slice(0, 8)}: ${signs.map(({ sentence }) => sentence).join('; ')}`,
  }),
};

const accepted = compiledObject({
  volume: about.volume,
  repository: about.repository,
  /** The snapshots whose signs are accepted. */
  snapshots: z.array(z.string()),
  reason: z.string(),
});

export type VolumeSignsAccepted = z.infer<typeof accepted>;

/** Somebody looked at the signs, and says that all is well. */
export const volumeSignsAccepted: EventDeclaration<'volume.signs-accepted', VolumeSignsAccepted> = {
  type: 'volume.signs-accepted',
  schemaVersion: 1,
  parse: (data) => accepted.parse(data),
  upcasts: [],
  summarise: ({ volume, snapshots, reason }) => ({
    subject: volume,
    outcome: 'allow',
    sentence: `The signs in ${snapshots.map((id) => id.slice(0, 8)).join(', ')} are accepted: ${reason}`,
  }),
};
