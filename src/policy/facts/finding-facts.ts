import * as z from 'zod/mini';
import { SEVERITIES } from '#core/severity.ts';
import { described } from '#policy/described.ts';

const text = z.string();
const date = z.nullable(text);

/** One flaw in one package, with what is known of its urgency. */
export const findingFacts = z.object({
  id: described(text, 'The CVE where there is one, else the best known id.'),
  aliases: described(z.array(text), 'All other ids.'),
  package: described(text, 'Name of the package.'),
  version: text,
  purl: text,
  type: described(text, 'As in the purl: `deb`, `npm` and so on.'),
  owner: described(z.enum(['base', 'app', 'unknown']), 'The base image’s, or added on top.'),
  severity: described(z.enum(SEVERITIES), 'Worst first; `unknown` when nobody rated it.'),
  score: described(z.nullable(z.number()), 'CVSS base score.'),
  fixable: described(z.boolean(), 'A fixed version is known.'),
  fixedVersions: z.array(text),
  fixState: described(z.nullable(text), 'Why there is no fix, where the vendor says so.'),
  knownExploited: described(z.boolean(), 'In CISA’s catalogue.'),
  knownExploitedSince: date,
  epss: described(z.nullable(z.number()), 'Probability of exploitation in the next 30 days, 0 to 1.'),
  published: described(date, 'When the flaw became known, ISO 8601.'),
  fixed: described(
    date,
    'When the first fix was published, ISO 8601, as the distribution’s bulletin dates it; null when none does.',
  ),
  firstSeen: described(
    date,
    'When this home’s record first saw it in the package, whatever image and version, ISO 8601; null without one.',
  ),
  status: described(
    z.enum(['affected', 'not_affected', 'fixed', 'under_investigation']),
    'What a VEX statement says; `affected` without one. Rules pass over `not_affected` and `fixed`.',
  ),
  statement: described(z.nullable(text), 'Which VEX document says so, and why.'),
  location: described(z.nullable(text), 'A file that shows the package.'),
  layer: described(z.nullable(z.int()), 'The layer that brought it, from 0.'),
});

export type FindingFacts = z.infer<typeof findingFacts>;
