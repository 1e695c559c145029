import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';

const opened = compiledObject({
  /** The log's name in its checkpoints. */
  origin: z.string(),
  /** Its public key, as C2SP signed-note writes verifier keys. */
  verifierKey: z.string(),
});

/** The first event of every record: under which name and key its checkpoints are signed. */
export const ledgerOpened: EventDeclaration<'ledger.opened', z.infer<typeof opened>> = {
  type: 'ledger.opened',
  schemaVersion: 1,
  parse: (data) => opened.parse(data),
  upcasts: [],
  summarise: ({ origin, verifierKey }) => ({
    subject: origin,
    outcome: 'done',
    sentence: `The record was opened; its checkpoints are signed with ${verifierKey}`,
  }),
};

const restored = compiledObject({
  /** Events that the backup held. */
  size: z.number(),
  root: z.string(),
  /** When the backup was made. */
  backupAt: z.string(),
});

/** The record was put back from a backup: what came after that backup is not in it. */
export const ledgerRestored: EventDeclaration<'ledger.restored', z.infer<typeof restored>> = {
  type: 'ledger.restored',
  schemaVersion: 1,
  parse: (data) => restored.parse(data),
  upcasts: [],
  summarise: ({ size, backupAt }) => ({
    subject: 'ledger',
    outcome: 'done',
    sentence: `Restored from a backup of ${backupAt} with ${size} events`,
  }),
};
