import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';

const repository = {
  /** What this home calls it. */
  name: z.string(),
  /** Of the repository itself, 64 hexadecimal digits. */
  id: z.string(),
};

const made = compiledObject({
  ...repository,
  engine: z.literal('restic'),
  /** Without credentials. */
  location: z.string(),
  /** Of the repository’s format. */
  formatVersion: z.number(),
  engineVersion: z.string(),
});

/** A repository for snapshots was made. */
export const repositoryInitialised: EventDeclaration<'repository.initialised', z.infer<typeof made>> = {
  type: 'repository.initialised',
  schemaVersion: 1,
  parse: (data) => made.parse(data),
  upcasts: [],
  summarise: ({ name, location, id }) => ({
    subject: name,
    outcome: 'done',
    sentence: `The repository ${id.slice(0, 8)} was made at ${location}`,
  }),
};

const adopted = z.extend(made, {
  /** That were in it already. */
  snapshots: z.number(),
});

/** A repository that others made is used from now on. */
export const repositoryAdopted: EventDeclaration<'repository.adopted', z.infer<typeof adopted>> = {
  type: 'repository.adopted',
  schemaVersion: 1,
  parse: (data) => adopted.parse(data),
  upcasts: [],
  summarise: ({ name, location, id, snapshots }) => ({
    subject: name,
    outcome: 'done',
    sentence: `The repository ${id.slice(0, 8)} at ${location} was taken over with ${snapshots} snapshots`,
  }),
};

const checked = compiledObject({
  ...repository,
  /** Which part of the data was read: over 1 … `of` all of it. Null: only the structure. */
  part: z.nullable(compiledObject({ part: z.number(), of: z.number() })),
  whole: z.boolean(),
  /** What the engine said, the first lines. */
  messages: z.array(z.string()),
});

/** A repository was read and compared with itself. */
export const repositoryChecked: EventDeclaration<'repository.checked', z.infer<typeof checked>> = {
  type: 'repository.checked',
  schemaVersion: 1,
  parse: (data) => checked.parse(data),
  upcasts: [],
  summarise: ({ name, part, whole, messages }) => ({
    subject: name,
    outcome: whole ? 'done' : 'failed',
    sentence: `${part === null ? 'The structure' : `Part ${part.part} of ${part.of}`} was checked: ${
      whole ? 'whole' : `damaged (${messages[0] ?? 'no details'})`
    }`,
  }),
};

const rotated = compiledObject({
  ...repository,
  /** Names of the keys in the repository, no secrets. */
  newKey: z.string(),
  /** Null: it stays valid. */
  removedKey: z.nullable(z.string()),
});

/** A repository got another password. */
export const repositoryPasswordRotated: EventDeclaration<'repository.password-rotated', z.infer<typeof rotated>> = {
  type: 'repository.password-rotated',
  schemaVersion: 1,
  parse: (data) => rotated.parse(data),
  upcasts: [],
  summarise: ({ name, newKey, removedKey }) => ({
    subject: name,
    outcome: 'done',
    sentence: `Its password is another one, of key ${newKey.slice(0, 8)}; ${
      removedKey === null ? 'the old one stays valid' : `key ${removedKey.slice(0, 8)} was removed`
    }`,
  }),
};

const copied = compiledObject({
  ...repository,
  to: compiledObject({ name: z.string(), id: z.string() }),
  /** How many; which, is in `ids`, the first 500: from each id here to the one there. */
  count: z.number(),
  ids: z.record(z.string(), z.string()),
});

export type RepositoryCopied = z.infer<typeof copied>;

/** Snapshots were copied to another repository. */
export const repositoryCopied: EventDeclaration<'repository.copied', RepositoryCopied> = {
  type: 'repository.copied',
  schemaVersion: 1,
  parse: (data) => copied.parse(data),
  upcasts: [],
  summarise: ({ name, to, count }) => ({
    subject: name,
    outcome: 'done',
    sentence: `${count} snapshots are in ${to.name}, too`,
  }),
};
