import * as z from 'zod/mini';
import { type BuiltInRule, collected, HOLDS, type RuleOutcome } from '#policy/rules/rule.ts';

const formats = z.strictObject({ attached: z.optional(z.boolean()) });

/** There is a list of what is inside. */
export const sbomRule: BuiltInRule<z.infer<typeof formats>> = {
  id: 'sbom',
  title: 'There is an SBOM',
  why: 'Without it nobody can say later what was inside.',
  needs: ['sbom'],
  parameters: formats,
  check: (context, { attached }): RuleOutcome => {
    if (attached !== true || collected(context, 'sbom').attached) return HOLDS;
    const sentence = 'The image brings no SBOM of its own.';
    return { failures: [{ severity: 'low', sentence, fix: 'Attach one when it is built.' }], missing: [] };
  },
};

const licences = z.strictObject({
  /** SPDX ids, with `*` at the end for all that begin so. */
  denied: z.optional(z.array(z.string())),
  categories: z.optional(z.array(z.enum(['copyleft', 'network-copyleft', 'non-commercial', 'unknown']))),
});

/** Beginnings of SPDX ids, by what they ask of whoever passes them on. */
const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  copyleft: ['GPL-', 'LGPL-', 'MPL-', 'EPL-', 'CDDL-', 'EUPL-', 'OSL-'],
  'network-copyleft': ['AGPL-', 'SSPL-', 'OSL-', 'EUPL-'],
  'non-commercial': ['CC-BY-NC', 'BUSL-', 'Elastic-', 'PolyForm-'],
  unknown: [],
};

/** No licences that are not wanted. */
export const licencesRule: BuiltInRule<z.infer<typeof licences>> = {
  id: 'licences',
  title: 'No licences that are not wanted',
  why: 'Some ask for something of whoever passes the software on, or serves it.',
  needs: ['packages'],
  parameters: licences,
  check: (context, { denied = [], categories = [] }): RuleOutcome => {
    const begins = categories.flatMap((category) => CATEGORIES[category] ?? []);
    const unwanted = (licence: string) =>
      begins.some((start) => licence.startsWith(start)) ||
      denied.some((id) => (id.endsWith('*') ? licence.startsWith(id.slice(0, -1)) : licence === id));
    const failures = collected(context, 'packages').flatMap(({ name, version, licences: declared }) => {
      // Of a choice one is enough; whoever says AND or WITH has them all.
      const bad = declared.filter((expression) => {
        const choices = expression
          .split(/\s+OR\s+/)
          .map((choice) => choice.split(/[\s()]+(?:AND|WITH)?[\s()]*/).filter((id) => id !== ''));
        return choices.every((ids) => ids.some(unwanted));
      });
      const said =
        declared.length === 0 && categories.includes('unknown') ? 'declares no licence' : `is under ${bad.join(', ')}`;
      if (bad.length === 0 && !(declared.length === 0 && categories.includes('unknown'))) return [];
      return [
        {
          severity: 'medium' as const,
          sentence: `${name} ${version} ${said}.`,
          fix: `Replace ${name}, or have its licence accepted.`,
          package: name,
        },
      ];
    });
    return { failures, missing: [] };
  },
};

const packages = z.strictObject({ denied: z.array(z.string()).check(z.minLength(1)) });

/** No packages that are not wanted. */
export const packagesRule: BuiltInRule<z.infer<typeof packages>> = {
  id: 'packages',
  title: 'No packages that are not wanted',
  why: 'A compiler, a shell or a network tool in an image is a help to whoever gets in.',
  needs: ['packages'],
  parameters: packages,
  check: (context, { denied }): RuleOutcome => {
    const names = new Set(denied);
    const failures = collected(context, 'packages')
      .filter(({ name, type, purl }) => names.has(name) || names.has(`${type}/${name}`) || names.has(purl))
      .map(({ name, version }) => ({
        severity: 'medium' as const,
        sentence: `${name} ${version} is in the image.`,
        fix: `Leave ${name} out.`,
        package: name,
      }));
    return { failures, missing: [] };
  },
};
