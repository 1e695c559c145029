import type { RuleParameters } from '#policy/rules/parameters.ts';
import { type BuiltInRule, collected, HOLDS, type RuleOutcome } from '#policy/rules/rule.ts';

/** There is a list of what is inside. */
export const sbomRule: BuiltInRule<RuleParameters['sbom']> = {
  id: 'sbom',
  title: 'There is an SBOM',
  why: 'Without it nobody can say later what was inside.',
  needs: ['sbom'],
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

/** No packages that are not wanted. */
export const packagesRule: BuiltInRule<RuleParameters['packages']> = {
  id: 'packages',
  title: 'No packages that are not wanted',
  why: 'A compiler, a shell or a network tool in an image is a help to whoever gets in.',
  needs: ['packages'],
  sure: true,
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
