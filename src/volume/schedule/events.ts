import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';

const set = compiledObject({
  name: z.string(),
  /** `volume NAME`, `directory PATH`, `stack NAME` or `everything`. */
  what: z.string(),
  repository: z.string(),
  /** In words. */
  when: z.string(),
});

/** Snapshots are to be taken by themselves from now on. */
export const scheduleSet: EventDeclaration<'schedule.set', z.infer<typeof set>> = {
  type: 'schedule.set',
  schemaVersion: 1,
  parse: (data) => set.parse(data),
  upcasts: [],
  summarise: ({ name, what, repository, when }) => ({
    subject: name,
    outcome: 'done',
    sentence: `Snapshots of ${what} into ${repository}: ${when}`,
  }),
};

const removed = compiledObject({ name: z.string() });

/** A schedule is there no more. */
export const scheduleRemoved: EventDeclaration<'schedule.removed', z.infer<typeof removed>> = {
  type: 'schedule.removed',
  schemaVersion: 1,
  parse: (data) => removed.parse(data),
  upcasts: [],
  summarise: ({ name }) => ({ subject: name, outcome: 'done', sentence: 'The schedule was removed' }),
};

const started = compiledObject({ schedules: z.number() });

/** The daemon is at work. */
export const daemonStarted: EventDeclaration<'daemon.started', z.infer<typeof started>> = {
  type: 'daemon.started',
  schemaVersion: 1,
  parse: (data) => started.parse(data),
  upcasts: [],
  summarise: ({ schedules }) => ({
    subject: 'daemon',
    outcome: 'done',
    sentence: `The daemon was started, with ${schedules} ${schedules === 1 ? 'schedule' : 'schedules'}`,
  }),
};

const ended = compiledObject({
  /** `SIGTERM` …, or a code of what it could not go on with. */
  why: z.string(),
  /** Jobs that were at work when it was told to end. */
  interrupted: z.array(z.string()),
});

/** The daemon ended, and nothing that it held is held any more. */
export const daemonEnded: EventDeclaration<'daemon.ended', z.infer<typeof ended>> = {
  type: 'daemon.ended',
  schemaVersion: 1,
  parse: (data) => ended.parse(data),
  upcasts: [],
  summarise: ({ why, interrupted }) => ({
    subject: 'daemon',
    outcome: interrupted.length === 0 ? 'done' : 'incomplete',
    sentence: `The daemon ended (${why})${interrupted.length === 0 ? '' : `; ended with it: ${interrupted.join(', ')}`}`,
  }),
};
