import { imagePattern } from '#policy/image-pattern.ts';
import type { RuleParameters } from '#policy/rules/parameters.ts';
import { type BuiltInRule, collected, HOLDS, type RuleOutcome } from '#policy/rules/rule.ts';

const fails = (severity: 'high' | 'medium' | 'low', sentence: string, fix: string): RuleOutcome => ({
  failures: [{ severity, sentence, fix }],
  missing: [],
});
const cannotTell = (sentence: string): RuleOutcome => ({ failures: [], missing: [{ sentence }] });

/** It does not run as root. */
export const nonRootRule: BuiltInRule<RuleParameters['non-root']> = {
  id: 'non-root',
  title: 'The image does not run as root',
  why: 'Whoever breaks out of a process of root is root on what the container can reach.',
  needs: ['image'],
  check: (context) => {
    const { root, user, reference } = collected(context, 'image');
    if (root === false) return HOLDS;
    if (root === null) return cannotTell(`Whether ${reference} runs as root cannot be told.`);
    const as =
      user === null || user === '' ? 'names no user, so that it runs as root' : `runs as ${user}, which is root`;
    return fails('medium', `${reference} ${as}.`, 'Add USER with a number other than 0 to its build file.');
  },
};

/** It is named by digest. */
export const pinnedRule: BuiltInRule<RuleParameters['pinned']> = {
  id: 'pinned',
  title: 'The image is named by digest',
  why: 'A tag can name another image tomorrow.',
  needs: ['image'],
  check: (context) => {
    const { pinned, reference, digest, registry } = collected(context, 'image');
    // A file is what it is: no registry can put another image under its name.
    if (pinned || registry === null) return HOLDS;
    const fix = digest === null ? 'Name it by digest.' : `Name it with @${digest}.`;
    return fails('low', `${reference} is named without a digest.`, fix);
  },
};

/** Its tag says which version it is. */
export const noLatestRule: BuiltInRule<RuleParameters['no-latest']> = {
  id: 'no-latest',
  title: 'The image has a tag other than latest',
  why: 'Nobody can say which version ran, nor go back to it.',
  needs: ['image'],
  check: (context) => {
    const { tag, pinned, reference, registry } = collected(context, 'image');
    if (pinned || registry === null || (tag !== null && tag !== 'latest')) return HOLDS;
    return fails(
      'low',
      `${reference} has ${tag === null ? 'no tag' : 'the tag latest'}.`,
      'Give it a tag of its version, or a digest.',
    );
  },
};

/** It comes from a registry that is allowed. */
export const registriesRule: BuiltInRule<RuleParameters['registries']> = {
  id: 'registries',
  title: 'The image comes from an allowed registry',
  why: 'What comes from elsewhere passed no control of yours.',
  needs: ['image'],
  check: (context, given) => {
    const { registry, repository, reference } = collected(context, 'image');
    if (registry === null || repository === null)
      return cannotTell(`${reference} does not say which registry it is from.`);
    const name = `${registry}/${repository}`;
    // A registry alone stands for all that is in it.
    if (given.allowed.some((pattern) => imagePattern(pattern)(name) || imagePattern(`${pattern}/**`)(name)))
      return HOLDS;
    return fails(
      'high',
      `${name} is from none of ${given.allowed.join(', ')}.`,
      'Use an image of an allowed registry, or copy it there.',
    );
  },
};

/** It has the labels that are asked for. */
export const labelsRule: BuiltInRule<RuleParameters['labels']> = {
  id: 'labels',
  title: 'The image has its labels',
  why: 'They say whose it is and which source it was built from.',
  needs: ['image'],
  check: (context, given) => {
    const { labels, reference } = collected(context, 'image');
    const wanted = Array.isArray(given.required)
      ? given.required.map((name) => [name, undefined] as const)
      : Object.entries(given.required);
    const failures = wanted
      .filter(([name, value]) => {
        const has = Object.hasOwn(labels, name) ? labels[name] : undefined;
        return has === undefined || has === '' || (value !== undefined && value !== has && !imagePattern(value)(has));
      })
      .map(([name, value]) => ({
        severity: 'low' as const,
        sentence: `${reference} has no label ${name}${value === undefined ? '' : ` that fits ${value}`}.`,
        fix: `Add LABEL ${name}=… to its build file.`,
      }));
    return { failures, missing: [] };
  },
};
