import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';
import { idMapsSchema } from '#volume/snapshot/id-maps.ts';

const writer = compiledObject({
  container: z.string(),
  name: z.string(),
  /** As it was written when it was started. */
  image: z.string(),
  imageId: z.optional(z.string()),
  digests: z.array(z.string()),
  user: z.string(),
  /** The engine’s word; `removed` for one that is gone. */
  state: z.string(),
  /** Absent where it was not known. */
  capabilities: z.optional(
    compiledObject({ privileged: z.boolean(), added: z.array(z.string()), dropped: z.array(z.string()) }),
  ),
  /** Position of the newest scan of its image that was on the record at that time; absent when there was none. */
  scan: z.optional(z.number()),
  /** How many others were like it but for their names and ids. */
  alike: z.optional(z.number()),
});

/** Who may have written to a volume. */
export type Writer = z.infer<typeof writer>;

const subject = {
  volume: z.string(),
  /** What this home calls the repository, and its id. */
  repository: compiledObject({ name: z.string(), id: z.string() }),
};

const started = compiledObject({
  ...subject,
  writers: z.array(writer),
  /** False: containers may have come and gone since the last snapshot without anybody watching. */
  writersComplete: z.boolean(),
  /** Why they may not be all. */
  writersUnknown: z.optional(z.array(z.string())),
  /** The engine that it was taken at: its own id, or the address of one that has none. */
  engine: z.optional(z.string()),
});

export type SnapshotStarted = z.infer<typeof started>;

/** A snapshot is about to be taken, of what these containers wrote. */
export const snapshotStarted: EventDeclaration<'snapshot.started', SnapshotStarted> = {
  type: 'snapshot.started',
  schemaVersion: 1,
  parse: (data) => started.parse(data),
  upcasts: [],
  summarise: ({ volume, repository, writers }) => ({
    subject: volume,
    outcome: 'done',
    sentence: `A snapshot into ${repository.name} begins; written by ${writers.map(({ name }) => name).join(', ') || 'nobody that is known'}`,
  }),
};

const finished = compiledObject({
  ...subject,
  /** 64 hexadecimal digits. */
  snapshot: z.string(),
  tree: z.string(),
  method: z.string(),
  holdMs: z.number(),
  bytes: z.number(),
  bytesAdded: z.number(),
  files: z.number(),
  /** Names of the databases' dumps that are in it. */
  dumps: z.array(z.string()),
  /** Things that could not be read are not in it. */
  complete: z.boolean(),
  /** Position of its `snapshot.started`. */
  started: z.number(),
  /** What `snapshot.started` did not know; absent: nothing. */
  late: z.optional(
    compiledObject({
      /** Who came while it was taken. */
      writers: z.array(writer),
      /** Why there may have been others while it was taken, where nothing was unknown before. */
      unknown: z.array(z.string()),
    }),
  ),
  /** The stack that it was taken with, in one hold. */
  stack: z.optional(z.string()),
  /** What users and groups of containers were on that host; absent: not known. */
  ids: z.optional(idMapsSchema),
  /** By which Compose knows the volume for its own. */
  labels: z.optional(z.record(z.string(), z.string())),
});

export type SnapshotFinished = z.infer<typeof finished>;

/** A snapshot was taken, and seen in the repository. */
export const snapshotFinished: EventDeclaration<'snapshot.finished', SnapshotFinished> = {
  type: 'snapshot.finished',
  schemaVersion: 1,
  parse: (data) => finished.parse(data),
  upcasts: [],
  summarise: ({ volume, repository, snapshot, method, bytes, complete }) => ({
    subject: volume,
    outcome: complete ? 'done' : 'incomplete',
    sentence: `Snapshot ${snapshot.slice(0, 8)} in ${repository.name}: ${bytes} bytes, ${method}${complete ? '' : '; some things could not be read'}`,
  }),
};

const failed = compiledObject({ ...subject, started: z.number(), code: z.string(), message: z.string() });

/** A snapshot that was begun is not there. */
export const snapshotFailed: EventDeclaration<'snapshot.failed', z.infer<typeof failed>> = {
  type: 'snapshot.failed',
  schemaVersion: 1,
  parse: (data) => failed.parse(data),
  upcasts: [],
  summarise: ({ volume, message, code }) => ({ subject: volume, outcome: 'failed', sentence: `${message} [${code}]` }),
};

const stackTaken = compiledObject({
  stack: z.string(),
  repository: subject.repository,
  /** Of the snapshot that holds the stack's definition, and the ids of all others. */
  snapshot: z.string(),
  /** The first 200 of its volumes and directories, and how many there are. */
  parts: z.array(compiledObject({ volume: z.string(), snapshot: z.string() })),
  partCount: z.number(),
  containerCount: z.number(),
  method: z.string(),
  holdMs: z.number(),
  complete: z.boolean(),
});

export type StackTaken = z.infer<typeof stackTaken>;

/** All parts of a stack were taken in one hold, and its definition with them. */
export const stackSnapshotTaken: EventDeclaration<'stack.snapshot-taken', StackTaken> = {
  type: 'stack.snapshot-taken',
  schemaVersion: 1,
  parse: (data) => stackTaken.parse(data),
  upcasts: [],
  summarise: ({ stack, repository, snapshot, partCount, containerCount, complete }) => ({
    subject: stack,
    outcome: complete ? 'done' : 'incomplete',
    sentence: `The stack is in ${repository.name} as ${snapshot.slice(0, 8)}: ${partCount} volumes and directories, ${containerCount} containers`,
  }),
};

const stackBack = compiledObject({
  stack: z.string(),
  repository: subject.repository,
  /** Of the snapshot that holds its definition. */
  snapshot: z.string(),
  partCount: z.number(),
  containerCount: z.number(),
  startedCount: z.number(),
  /** Containers that something was missing for. */
  leftOutCount: z.number(),
});

export type StackRestored = z.infer<typeof stackBack>;

/** A stack was made anew of its snapshot. */
export const stackRestored: EventDeclaration<'stack.restored', StackRestored> = {
  type: 'stack.restored',
  schemaVersion: 1,
  parse: (data) => stackBack.parse(data),
  upcasts: [],
  summarise: ({ stack, repository, snapshot, partCount, containerCount, startedCount, leftOutCount }) => ({
    subject: stack,
    outcome: leftOutCount === 0 ? 'done' : 'incomplete',
    sentence: `${snapshot.slice(0, 8)} of ${repository.name} was restored: ${partCount} volumes and directories, ${containerCount} containers, ${startedCount} of them started`,
  }),
};

const restored = compiledObject({
  ...subject,
  /** What `volume` names; a volume unless said. */
  kind: z.optional(z.enum(['volume', 'bind'])),
  snapshot: z.string(),
  /** The volume or directory. */
  to: z.string(),
  /** Into a new volume unless said; `in-place`: where it came from. */
  place: z.optional(z.enum(['volume', 'directory', 'in-place'])),
  /** Only this file or directory of it. */
  path: z.optional(z.string()),
  /** The snapshot of what was there before. */
  safety: z.optional(z.string()),
  /** What the engine is called there, as in `snapshot.started`; absent where no engine was asked. */
  engine: z.optional(z.string()),
  /** How many files could not be had because the repository is damaged. */
  lost: z.optional(z.number()),
});

export type VolumeRestored = z.infer<typeof restored>;

/** A snapshot, or a part of it, was restored. */
export const volumeRestored: EventDeclaration<'volume.restored', VolumeRestored> = {
  type: 'volume.restored',
  schemaVersion: 1,
  parse: (data) => restored.parse(data),
  upcasts: [],
  summarise: ({ volume, snapshot, to, repository, place = 'volume', path, safety, lost = 0 }) => {
    const what = `${path === undefined ? 'Snapshot' : `${path} of snapshot`} ${snapshot.slice(0, 8)} of ${repository.name}`;
    const where = place === 'in-place' ? 'in place' : `into the ${place} ${to}`;
    const before = safety === undefined ? '' : `; what was there before is snapshot ${safety.slice(0, 8)}`;
    const gone = lost === 0 ? '' : `; ${lost} files are lost`;
    return {
      subject: volume,
      outcome: lost === 0 ? 'done' : 'incomplete',
      sentence: `${what} was restored ${where}${before}${gone}`,
    };
  },
};
