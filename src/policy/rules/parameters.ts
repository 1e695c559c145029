import * as z from 'zod/mini';
import { SEVERITIES } from '#core/severity.ts';
import { described } from '#policy/described.ts';
import type { FindingParameters } from '#policy/rules/finding-filter.ts';

/** Severities that a person can ask for. */
const severity = z.enum(SEVERITIES);

const days = z.int().check(z.minimum(0), z.maximum(3650));

/** Parameters that every rule over findings takes. */
const findingParameters = {
  fixable: described(z.optional(z.boolean()), 'Only those with a fix (true), or only those without (false).'),
  owner: described(
    z.optional(z.enum(['base', 'app'])),
    'Only the base image’s, or only what was added on top. Those that nobody can tell count for both.',
  ),
  newOnly: described(z.optional(z.boolean()), 'Only those that the report to compare with (--baseline) has not.'),
  graceDays: described(
    z.optional(z.union([days, z.partialRecord(severity, days)])),
    'Days in which nothing is said: one number, or one for each severity. What has no date has no grace.',
  ),
  since: described(
    z.optional(z.enum(['publication', 'fix', 'first-seen'])),
    'From when these days count (publication unless said). Where no bulletin dates the fix, from publication; what the record never saw has no grace.',
  ),
};

/** Days count from somewhere only where there are days. */
const daysSince = z.refine<FindingParameters>(
  ({ since, graceDays }) => since === undefined || graceDays !== undefined,
  { error: 'it needs graceDays, the days that count from then.', path: ['since'] },
);

const hours = z.strictObject({
  hours: described(z.number().check(z.minimum(0), z.maximum(876_000)), 'At most so many hours old.'),
});
const daysOld = z.strictObject({
  days: described(z.number().check(z.minimum(0), z.maximum(36_500)), 'At most so many days old.'),
});
const none = z.strictObject({});
const ids = z.array(z.string()).check(z.minLength(1));

/** What rules take, by their ids. Apart from the rules: what judges by a shipped policy needs no schemas. */
const PARAMETERS = {
  severity: z
    .strictObject({
      atLeast: described(severity, 'This severity and worse. Only `unknown` finds what nobody rated.'),
      ...findingParameters,
    })
    .check(daysSince),
  'known-exploited': z.strictObject({ ...findingParameters }).check(daysSince),
  epss: z
    .strictObject({
      atLeast: described(z.number().check(z.minimum(0), z.maximum(1)), 'A probability, 0 to 1.'),
      ...findingParameters,
    })
    .check(daysSince),
  coverage: z.strictObject({
    atLeast: described(
      z.number().check(z.minimum(0), z.maximum(100)),
      'Per cent of the packages that must have been compared with advisories.',
    ),
  }),
  'advisories-age': daysOld,
  'image-age': daysOld,
  'non-root': none,
  pinned: none,
  'no-latest': none,
  registries: z.strictObject({
    allowed: described(ids, 'Registries, or patterns of repositories: `registry.example`, `docker.io/library/*`.'),
  }),
  labels: z.strictObject({
    required: described(
      z.union([ids, z.record(z.string(), z.string())]),
      'Names, or names with patterns of their values.',
    ),
  }),
  sbom: z.strictObject({
    attached: described(z.optional(z.boolean()), 'The image must bring one of its own.'),
  }),
  licences: z
    .strictObject({
      denied: described(z.optional(z.array(z.string())), 'Ids, with `*` at the end for all that begin so.'),
      categories: described(
        z.optional(z.array(z.enum(['copyleft', 'network-copyleft', 'non-commercial', 'unknown']))),
        '`unknown`: no licence is declared.',
      ),
    })
    .check(
      z.refine(({ denied = [], categories = [] }) => denied.length + categories.length > 0, {
        error: 'it needs licences that are denied, or categories.',
      }),
    ),
  packages: z.strictObject({
    denied: described(ids, 'Names, `TYPE/NAME`, or whole purls.'),
  }),
  workload: z.strictObject({
    atLeast: described(severity, 'This severity and worse.'),
    only: described(z.optional(ids), 'Of these rules alone: `run/privileged`.'),
    except: described(z.optional(ids), 'Not of these rules.'),
  }),
  'snapshot-age': hours,
  'snapshot-schedule': none,
  'drill-age': daysOld,
  'writers-trusted': none,
};

/** The parameters of each rule, by its id. */
export type RuleParameters = { readonly [Id in keyof typeof PARAMETERS]: z.infer<(typeof PARAMETERS)[Id]> };

/** The schema of a rule's parameters. @param id of a rule of the list */
export function parametersOf(id: string): z.ZodMiniType<unknown> {
  const schema = Object.hasOwn(PARAMETERS, id) ? PARAMETERS[id as keyof typeof PARAMETERS] : undefined;
  if (schema === undefined) throw new Error(`the rule ${id} has no parameters`);
  return schema;
}
