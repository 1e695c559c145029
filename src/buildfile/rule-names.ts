import type { BuildRule } from '#buildfile/rule.ts';

/** What a rule may be called in a comment or a configuration. */
export function namesOfRule({ id, elsewhere }: BuildRule): readonly string[] {
  const others = elsewhere.filter(({ standard }) => standard === 'hadolint' || standard === 'shellcheck');
  return [id, ...others.map((other) => other.id), ...(id === 'build/no-healthcheck' ? ['DL3057'] : [])];
}
