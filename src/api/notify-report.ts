import { z } from 'zod';

const problems = z.array(z.object({ code: z.string(), message: z.string() }).loose());

const target = {
  name: z.string(),
  notifier: z.enum(['webhook', 'chat', 'email', 'ping']),
  place: z.string().describe('a host at most: addresses of hooks are secrets'),
  kinds: z.array(z.string()).describe('what it is told of'),
  subjects: z.array(z.string()).describe('patterns; all subjects when there are none'),
  addedAt: z.string().describe('ISO 8601, UTC'),
};

/** What `holdfast notify add --format json` prints. */
export const notifyTargetAddedSchema = z
  .object({ ...target, madeSecret: z.string().nullable().describe('the file of a signing secret that was made') })
  .meta({ id: 'NotifyTargetAdded' });

export type NotifyTargetAdded = z.infer<typeof notifyTargetAddedSchema>;

/** What `holdfast notify ls --format json` prints. */
export const notifyTargetListSchema = z
  .object({
    targets: z.array(
      z.object({
        ...target,
        last: z
          .object({ at: z.string(), outcome: z.enum(['sent', 'failed']), code: z.string().nullable() })
          .nullable()
          .describe('how telling it went last; null: it was told nothing yet'),
        waiting: z.int().describe('messages that could not be delivered and are tried again'),
      }),
    ),
    problems,
  })
  .meta({ id: 'NotifyTargetList' });

export type NotifyTargetList = z.infer<typeof notifyTargetListSchema>;

/** What `holdfast notify test --format json` prints. */
export const notifyTestedSchema = z
  .object({
    name: z.string(),
    id: z.string().describe('of the message'),
    place: z.string(),
    outcome: z.enum(['sent', 'failed']),
    code: z.string().nullable().describe('why it failed'),
    message: z.string().nullable(),
    problems,
  })
  .meta({ id: 'NotifyTested' });

export type NotifyTested = z.infer<typeof notifyTestedSchema>;

/** What `holdfast notify rm --format json` prints. */
export const notifyTargetRemovedSchema = z
  .object({ name: z.string(), removed: z.literal(true) })
  .meta({ id: 'NotifyTargetRemoved' });

export type NotifyTargetRemoved = z.infer<typeof notifyTargetRemovedSchema>;
