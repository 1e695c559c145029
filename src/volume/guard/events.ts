import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';

const ran = compiledObject({
  /** Program and subcommand; never its other words, which may hold secrets. */
  command: z.string(),
  /** What was taken before: stacks, volumes, directories of the host. */
  targets: z.array(compiledObject({ kind: z.enum(['stack', 'target']), name: z.string() })),
  /** Of which repository of this home; absent when nothing was taken. */
  repository: z.optional(z.string()),
  snapshots: z.array(compiledObject({ volume: z.string(), snapshot: z.string() })),
  /** What containers ran before, by name. */
  images: z.array(compiledObject({ container: z.string(), reference: z.string(), id: z.string() })),
  exitCode: z.number(),
  /** It was run although this failed, because the operator said so. */
  without: z.optional(compiledObject({ code: z.string(), message: z.string() })),
});

export type GuardRan = z.infer<typeof ran>;

/** A command was run behind a snapshot of what it touches. */
export const guardRan: EventDeclaration<'guard.ran', GuardRan> = {
  type: 'guard.ran',
  schemaVersion: 1,
  parse: (data) => ran.parse(data),
  upcasts: [],
  summarise: ({ command, targets, snapshots, exitCode, without }) => {
    const names = targets.map(({ name }) => name).join(', ');
    const count = `${snapshots.length} ${snapshots.length === 1 ? 'snapshot' : 'snapshots'}`;
    const kept = without === undefined ? `after ${count}` : `WITHOUT a snapshot (${without.message})`;
    return {
      subject: names === '' ? command : names,
      outcome: exitCode === 0 && without === undefined ? 'done' : exitCode === 0 ? 'incomplete' : 'failed',
      sentence: `${command} was run ${targets.length === 0 ? 'and touched nothing that is kept' : kept}; exit code ${exitCode}`,
    };
  },
};
