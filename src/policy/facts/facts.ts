import * as z from 'zod/mini';
import { described } from '#policy/described.ts';
import { factOf } from '#policy/facts/fact.ts';
import { findingFacts } from '#policy/facts/finding-facts.ts';
import { imageFacts } from '#policy/facts/image-facts.ts';
import { dataFacts, workloadFacts } from '#policy/facts/run-facts.ts';

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

/** What Holdfast knows of one subject: all that a rule may look at. Each part was collected, failed, or nobody looked. */
export const factsSchema = z.object({
  version: z.literal(1),
  subject: z.object({
    kind: described(z.enum(['image', 'workload']), 'What is judged: an image, or one with the containers that run it.'),
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
  workload: factOf(z.array(workloadFacts)),
  data: factOf(z.array(dataFacts)),
  secrets: factOf(z.array(z.unknown())),
  malware: factOf(z.array(z.unknown())),
  trust: factOf(z.unknown()),
});

export type Facts = z.infer<typeof factsSchema>;

/** The parts of {@link Facts} that are collected, failed or not. */
export type FactName = Exclude<keyof Facts, 'version' | 'subject'>;

/** Parts that this program collects nowhere yet: a rule over them is refused when a policy is loaded. */
export const NEVER_COLLECTED: ReadonlySet<FactName> = new Set(['secrets', 'malware', 'trust']);
