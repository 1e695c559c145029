import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';
import { seenContainerSchema } from '#volume/observe/seen-container.ts';

/** Which engine is watched, and by what. */
const watched = {
  /** The same as long as nothing can have been missed: another one begins behind every gap. */
  watch: z.string(),
  /** Its own id, or the address of one that has none. */
  engine: z.string(),
};

const started = compiledObject({
  ...watched,
  address: z.string(),
  /** It goes on with a watch: what happened since that one ended was told by the engine, without a gap. */
  continued: z.boolean(),
  /** Why a new watch begins; absent where one goes on. */
  why: z.optional(z.string()),
  /** Volumes that were there when the watch began: what is not among them was made while it watched. */
  volumes: z.array(z.string()),
  /** False: not all of them are named. */
  volumesWhole: z.boolean(),
});

export type ObserverStarted = z.infer<typeof started>;

/** The observer watches an engine from now on: whoever may write to a volume is seen. */
export const observerStarted: EventDeclaration<'observer.started', ObserverStarted> = {
  type: 'observer.started',
  schemaVersion: 1,
  parse: (data) => started.parse(data),
  upcasts: [],
  summarise: ({ address, continued, why }) => ({
    subject: address,
    outcome: 'done',
    sentence: continued
      ? 'The observer goes on; nothing was missed meanwhile'
      : `The observer watches who may write to volumes${why === undefined ? '' : `; ${why}`}`,
  }),
};

const ended = compiledObject({
  ...watched,
  address: z.string(),
  why: z.enum(['stopped', 'killed', 'events-lost']),
  /** Nothing is known to be missing up to here: ISO 8601. */
  until: z.string(),
});

export type ObserverEnded = z.infer<typeof ended>;

const WHY_ENDED = {
  stopped: 'it was stopped',
  killed: 'it was ended without a word',
  'events-lost': 'the engine no longer tells what happened meanwhile',
} as const;

/** The observer watches no more, or something was missed. Of a killed run the next one tells. */
export const observerEnded: EventDeclaration<'observer.ended', ObserverEnded> = {
  type: 'observer.ended',
  schemaVersion: 1,
  parse: (data) => ended.parse(data),
  upcasts: [],
  summarise: ({ address, why, until }) => ({
    subject: address,
    outcome: why === 'stopped' ? 'done' : 'incomplete',
    sentence: `The observer watched until ${until}: ${WHY_ENDED[why]}`,
  }),
};

const seen = compiledObject({
  ...watched,
  containers: z.array(
    z.extend(seenContainerSchema, {
      /** `removed`: it is gone; one that came and went quickly is told once. */
      what: z.enum(['appeared', 'removed']),
    }),
  ),
});

export type WritersSeen = z.infer<typeof seen>;
export type WriterSeen = WritersSeen['containers'][number];

/** Containers that may write to volumes or to directories of the host came or went. */
export const writersSeen: EventDeclaration<'writers.seen', WritersSeen> = {
  type: 'writers.seen',
  schemaVersion: 1,
  parse: (data) => seen.parse(data),
  upcasts: [],
  summarise: ({ containers }) => ({
    subject: shown(containers.flatMap(({ mounts }) => mounts.map(({ source }) => source))),
    outcome: containers.every(({ whole }) => whole) ? 'done' : 'incomplete',
    sentence: `May write there: ${shown(containers.map(({ name, what }) => `${name} ${what === 'removed' ? '(gone)' : '(is there)'}`))}`,
  }),
};

const MOST_SHOWN = 5;

function shown(names: readonly string[]): string {
  const all = [...new Set(names)];
  const more = all.length > MOST_SHOWN ? ` and ${all.length - MOST_SHOWN} more` : '';
  return `${all.slice(0, MOST_SHOWN).join(', ')}${more}`;
}

/** A leaf of the ledger holds 60 KiB. */
const MOST_BYTES = 40 * 1024;

/** The same containers in as many lists as it takes for each to fit an event. */
export function inBatches(containers: readonly WriterSeen[]): readonly (readonly WriterSeen[])[] {
  const batches: WriterSeen[][] = [];
  let left = 0;
  for (const container of containers) {
    const bytes = Buffer.byteLength(JSON.stringify(container)) + 1;
    if (bytes > left || batches.length === 0) {
      batches.push([]);
      left = MOST_BYTES;
    }
    batches.at(-1)?.push(container);
    left -= bytes;
  }
  return batches;
}
