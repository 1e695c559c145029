/** How what an event tells came out, for people who look through the record. */
export type EventOutcome = 'done' | 'incomplete' | 'failed' | 'allow' | 'deny' | 'unknown';

/** An event in one line for people. */
export interface EventSummary {
  /** What it is about: an image's reference, a file, a volume. */
  readonly subject: string;
  readonly outcome: EventOutcome;
  /** One sentence without a full stop. */
  readonly sentence: string;
}

/**
 * A kind of event, declared by the folder that owns it. What was written once is read for ever: a change of the data's
 * shape is a new version with an upcast from the one before.
 */
export interface EventDeclaration<Type extends string = string, Data = unknown> {
  /** `subject.happened`, in the past tense. */
  readonly type: Type;
  /** The version of the data that is written, from 1. */
  readonly schemaVersion: number;
  /** Gives the data of the current version, without what it does not know. Throws on anything else. */
  readonly parse: (data: unknown) => Data;
  /** `upcasts[n - 1]` makes data of version n + 1 from that of version n. Pure. */
  readonly upcasts: readonly ((data: unknown) => unknown)[];
  readonly summarise: (data: Data) => EventSummary;
  /** Digests of the blobs that belong to it, which a backup must hold. None unless said. */
  readonly blobs?: (data: Data) => readonly string[];
}

/** The same declaration, its data's type hidden, so that declarations of many kinds fit one list. */
export type AnyEventDeclaration = Omit<EventDeclaration<string, unknown>, 'summarise' | 'blobs'> & {
  readonly summarise: (data: never) => EventSummary;
  readonly blobs?: (data: never) => readonly string[];
};
