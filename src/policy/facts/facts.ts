import * as z from 'zod/mini';
import { described } from '#policy/described.ts';
import { factOf } from '#policy/facts/fact.ts';
import { findingFacts } from '#policy/facts/finding-facts.ts';
import { imageFacts } from '#policy/facts/image-facts.ts';

const text = z.string();

const coverageFacts = z.object({
  subject: described(text, 'An ecosystem with its release: `Debian:12`, `npm`.'),
  state: described(text, '`covered`, `not-affected`, `no-data`, `stale`, `not-comparable`, `not-collected`, `failed`.'),
  packages: described(z.int(), 'How many packages this speaks for.'),
  reason: text,
});

const packageFacts = z.object({
  name: text,
  version: text,
  type: text,
  purl: text,
  owner: z.enum(['base', 'app', 'unknown']),
  licences: described(z.array(text), 'As declared.'),
});

const volumeFacts = z.object({
  name: text,
  lastSnapshot: described(
    z.nullable(text),
    'When the newest good one was taken, ISO 8601; null: none is on the record.',
  ),
  method: described(z.nullable(text), 'How that was taken.'),
  lastDrill: described(z.nullable(text), 'When a drill last passed, ISO 8601.'),
  writersTrusted: described(
    z.nullable(z.boolean()),
    'All writers are known and allowed; null when that cannot be told.',
  ),
});

/** What Holdfast knows of one subject: all that a rule may look at. Each part was collected, failed, or nobody looked. */
export const factsSchema = z.object({
  version: z.literal(1),
  subject: z.object({
    kind: described(z.enum(['image', 'workload']), 'What is judged.'),
    name: text,
    environment: described(z.nullable(text), 'Where it shall run, as it was said.'),
  }),
  image: factOf(imageFacts),
  packages: factOf(z.array(packageFacts)),
  findings: factOf(z.array(findingFacts)),
  coverage: factOf(z.array(coverageFacts)),
  advisories: factOf(z.object({ kind: text, builtAt: text, records: z.int() })),
  sbom: factOf(
    z.object({
      format: text,
      attached: described(z.nullable(z.boolean()), 'The image brought it; null when nobody looked for one of its own.'),
    }),
  ),
  workload: factOf(
    z.object({ name: text, reasons: z.array(z.object({ rule: text, severity: text, sentence: text })) }),
  ),
  data: factOf(z.array(volumeFacts)),
  secrets: factOf(z.array(z.unknown())),
  malware: factOf(z.array(z.unknown())),
  trust: factOf(z.unknown()),
});

export type Facts = z.infer<typeof factsSchema>;

/** The parts of {@link Facts} that are collected, failed or not. */
export type FactName = Exclude<keyof Facts, 'version' | 'subject'>;

/** Parts that this program collects nowhere yet: a rule over them is refused when a policy is loaded. */
export const NEVER_COLLECTED: ReadonlySet<FactName> = new Set(['secrets', 'malware', 'trust']);
