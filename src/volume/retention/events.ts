import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';
import { policyText, retentionPolicySchema } from '#volume/retention/policy.ts';
import { type RetentionScope, scopeText } from '#volume/retention/retention-settings.ts';

const repository = compiledObject({ name: z.string(), id: z.string() });

const changed = compiledObject({
  repository,
  scope: compiledObject({ kind: z.enum(['default', 'volume', 'stack']), name: z.optional(z.string()) }),
  /** Null: it has no policy of its own any more. */
  policy: z.nullable(retentionPolicySchema),
});

/** Which snapshots are to be kept was said anew. */
export const retentionChanged: EventDeclaration<'retention.changed', z.infer<typeof changed>> = {
  type: 'retention.changed',
  schemaVersion: 1,
  parse: (data) => changed.parse(data),
  upcasts: [],
  summarise: ({ repository: { name }, scope, policy }) => ({
    subject: scope.name ?? name,
    outcome: 'done',
    sentence: `Retention in ${name}, ${scopeText(scope as RetentionScope)}: ${policy === null ? 'no policy of its own any more' : `keep ${policyText(policy)}`}`,
  }),
};

/** Most ids in one event: its leaf stays below 60 KiB. */
export const MOST_IDS = 400;

const started = compiledObject({
  volume: z.string(),
  repository,
  policy: retentionPolicySchema,
  /** Whole ids of the snapshots that are about to be forgotten. */
  ids: z.array(z.string()),
});

export type RetentionStarted = z.infer<typeof started>;

/** Snapshots are about to be forgotten. What became of it is told by an event that names this one. */
export const retentionStarted: EventDeclaration<'retention.started', RetentionStarted> = {
  type: 'retention.started',
  schemaVersion: 1,
  parse: (data) => started.parse(data),
  upcasts: [],
  summarise: ({ volume, repository: { name }, ids }) => ({
    subject: volume,
    outcome: 'done',
    sentence: `${snapshots(ids.length)} in ${name} ${ids.length === 1 ? 'is' : 'are'} about to be forgotten`,
  }),
};

const forgotten = compiledObject({
  volume: z.string(),
  repository,
  policy: retentionPolicySchema,
  reason: z.string(),
  /** Whole ids of the snapshots that are not in the repository any more; that was looked at. */
  ids: z.array(z.string()),
  /** Position of its `retention.started`. */
  started: z.number(),
  /** The run that forgot them died before it could tell. */
  late: z.boolean(),
});

export type SnapshotForgotten = z.infer<typeof forgotten>;

/** Snapshots were forgotten, as a policy says: they are not missing. */
export const snapshotForgotten: EventDeclaration<'snapshot.forgotten', SnapshotForgotten> = {
  type: 'snapshot.forgotten',
  schemaVersion: 1,
  parse: (data) => forgotten.parse(data),
  upcasts: [],
  summarise: ({ volume, repository: { name }, ids, policy, late }) => ({
    subject: volume,
    outcome: 'done',
    sentence: `${snapshots(ids.length)} in ${name} ${ids.length === 1 ? 'was' : 'were'} forgotten (kept: ${policyText(policy)})${late ? '; told by a later run' : ''}`,
  }),
};

const failed = compiledObject({
  volume: z.string(),
  repository,
  started: z.number(),
  /** How many are still there. */
  left: z.number(),
  code: z.string(),
  message: z.string(),
});

export type RetentionFailed = z.infer<typeof failed>;

/** Snapshots that were about to be forgotten are still there. */
export const retentionFailed: EventDeclaration<'retention.failed', RetentionFailed> = {
  type: 'retention.failed',
  schemaVersion: 1,
  parse: (data) => failed.parse(data),
  upcasts: [],
  summarise: ({ volume, left, message, code }) => ({
    subject: volume,
    outcome: 'failed',
    sentence: `${snapshots(left)} ${left === 1 ? 'is' : 'are'} still there: ${message} [${code}]`,
  }),
};

const pruned = compiledObject({ name: z.string(), id: z.string() });

/** Data that no snapshot needs was removed from a repository. */
export const repositoryPruned: EventDeclaration<'repository.pruned', z.infer<typeof pruned>> = {
  type: 'repository.pruned',
  schemaVersion: 1,
  parse: (data) => pruned.parse(data),
  upcasts: [],
  summarise: ({ name }) => ({
    subject: name,
    outcome: 'done',
    sentence: 'Data that no snapshot needs was removed',
  }),
};

function snapshots(count: number): string {
  return `${count} snapshot${count === 1 ? '' : 's'}`;
}
