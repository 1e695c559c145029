import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';

const target = {
  /** What this home calls it. */
  target: z.string(),
  notifier: z.enum(['webhook', 'chat', 'email', 'ping']),
};

const added = compiledObject({
  ...target,
  /** A host at most: addresses of hooks are secrets. */
  place: z.string(),
  kinds: z.array(z.string()),
  subjects: z.array(z.string()),
});

/** Somebody is told from now on. */
export const targetAdded: EventDeclaration<'notification.target-added', z.infer<typeof added>> = {
  type: 'notification.target-added',
  schemaVersion: 1,
  parse: (data) => added.parse(data),
  upcasts: [],
  summarise: ({ target, notifier, place, kinds }) => ({
    subject: target,
    outcome: 'done',
    sentence: `A ${notifier} at ${place} is told of ${kinds.join(', ')}`,
  }),
};

const removed = compiledObject({
  target: z.string(),
  /** Null where the settings could not be read any more. */
  notifier: z.nullable(z.enum(['webhook', 'chat', 'email', 'ping'])),
});

/** Somebody is not told any more. */
export const targetRemoved: EventDeclaration<'notification.target-removed', z.infer<typeof removed>> = {
  type: 'notification.target-removed',
  schemaVersion: 1,
  parse: (data) => removed.parse(data),
  upcasts: [],
  summarise: ({ target, notifier }) => ({
    subject: target,
    outcome: 'done',
    sentence: `The ${notifier ?? 'target'} is not told any more`,
  }),
};

const message = {
  ...target,
  /** The same in all tries. */
  id: z.string(),
  kind: z.string(),
  subject: z.string(),
  /** The event that it is about; null without one. */
  about: z.nullable(z.number()),
  tries: z.number(),
};

const sent = compiledObject({
  ...message,
  /** How often the same was held back before, and how many others were. */
  repeats: z.number(),
  omitted: z.number(),
});

/** Somebody was told. */
export const notificationSent: EventDeclaration<'notification.sent', z.infer<typeof sent>> = {
  type: 'notification.sent',
  schemaVersion: 1,
  parse: (data) => sent.parse(data),
  upcasts: [],
  summarise: ({ target, notifier, kind, subject }) => ({
    subject: target,
    outcome: 'done',
    sentence: `The ${notifier} was told: ${subject} ${kind}`,
  }),
};

const failed = compiledObject({ ...message, code: z.string(), message: z.string() });

/** Somebody should have been told, and was not. */
export const notificationFailed: EventDeclaration<'notification.failed', z.infer<typeof failed>> = {
  type: 'notification.failed',
  schemaVersion: 1,
  parse: (data) => failed.parse(data),
  upcasts: [],
  summarise: ({ target, notifier, kind, subject, message }) => ({
    subject: target,
    outcome: 'failed',
    sentence: `The ${notifier} was not told: ${subject} ${kind} (${message})`,
  }),
};
