import * as z from 'zod/mini';
import { described } from '#policy/described.ts';
import { type BuiltInRule, collected, HOLDS, type RuleOutcome } from '#policy/rules/rule.ts';

const formats = z.strictObject({
  attached: described(z.optional(z.boolean()), 'The image must bring one of its own.'),
});

/** There is a list of what is inside. */
export const sbomRule: BuiltInRule<z.infer<typeof formats>> = {
  id: 'sbom',
  title: 'There is an SBOM',
  why: 'Without it nobody can say later what was inside.',
  needs: ['sbom'],
  parameters: formats,
  check: (context, { attached }): RuleOutcome => {
    const found = collected(context, 'sbom').attached;
    if (attached !== true || found === true) return HOLDS;
    if (found === null) {
      return {
        failures: [],
        missing: [{ sentence: 'Whether the image brings an SBOM of its own was not looked for.' }],
      };
    }
    const sentence = 'The image brings no SBOM of its own.';
    return { failures: [{ severity: 'low', sentence, fix: 'Attach one when it is built.' }], missing: [] };
  },
};

const packages = z.strictObject({
  denied: described(z.array(z.string()).check(z.minLength(1)), 'Names, `TYPE/NAME`, or whole purls.'),
});

/** No packages that are not wanted. */
export const packagesRule: BuiltInRule<z.infer<typeof packages>> = {
  id: 'packages',
  title: 'No packages that are not wanted',
  why: 'A compiler, a shell or a network tool in an image is a help to whoever gets in.',
  needs: ['packages'],
  sure: true,
  parameters: packages,
  check: (context, { denied }): RuleOutcome => {
    const names = new Set(denied);
    const failures = collected(context, 'packages')
      .filter(({ name, type, purl }) => names.has(name) || names.has(`${type}/${name}`) || names.has(purl))
      .map(({ name, version, purl }) => ({
        severity: 'medium' as const,
        sentence: `${name} ${version} is in the image.`,
        fix: `Leave ${name} out.`,
        package: name,
        purl,
      }));
    return { failures, missing: [] };
  },
};
