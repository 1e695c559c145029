import * as z from 'zod/mini';
import { SEVERITIES } from '#core/severity.ts';
import { described } from '#policy/described.ts';

const text = z.string();
const date = z.nullable(text);

/** A container that runs the image, and what the rules about running say of it. */
export const workloadFacts = z.object({
  name: described(text, '`container/NAME`.'),
  reasons: described(
    z.array(
      z.object({
        rule: described(text, '`run/…`, as `holdfast lint` asks it.'),
        severity: z.enum(SEVERITIES),
        sentence: text,
        fix: z.nullable(text),
      }),
    ),
    'What is wrong with how it is run.',
  ),
});

/** What such a container keeps data in: a volume that it may write to, or a directory of the host under a known service’s data. */
export const dataFacts = z.object({
  name: described(text, 'The volume’s name, or the directory’s path.'),
  containers: described(z.array(text), 'Names of those that may write to it.'),
  lastSnapshot: described(date, 'When the newest whole one was taken, ISO 8601; null: none is on the record.'),
  method: described(z.nullable(text), 'How that was taken.'),
  lastDrill: described(date, 'When a drill last passed, ISO 8601.'),
  schedule: described(z.nullable(text), 'A schedule of this home that takes it; null: none does.'),
  writersTrusted: described(
    z.nullable(z.boolean()),
    'Whether all who wrote up to that snapshot are known and allowed; null when that cannot be told.',
  ),
});

export type WorkloadFacts = z.infer<typeof workloadFacts>;
export type DataFacts = z.infer<typeof dataFacts>;
