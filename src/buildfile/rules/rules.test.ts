import { describe, expect, it } from 'vitest';
import { fixesFor } from '#buildfile/fix.ts';
import { findingsOf } from '#buildfile/judge.ts';
import type { BuildRule, Context } from '#buildfile/rule.ts';
import { BUILD_RULES } from '#buildfile/rules/list.ts';
import { NO_SETTINGS } from '#buildfile/settings/settings.ts';
import { applyEdits } from '#core/apply-edits.ts';

function optionsOf({ exampleSettings, exampleContext }: BuildRule) {
  const context: Context = exampleContext ?? { ignoreLines: undefined };
  return { path: 'Dockerfile', settings: { ...NO_SETTINGS, ...exampleSettings }, context };
}

function saidOf(rule: BuildRule, text: string) {
  return findingsOf(text, optionsOf(rule)).filter((finding) => finding.rule === rule);
}

describe.each(BUILD_RULES.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  it('finds its bad example, with a whole sentence and a fix', () => {
    const [finding] = saidOf(rule, rule.bad);
    expect(finding?.sentence).toMatch(/^\S.*\.$/);
    expect(finding?.fix).toBeTruthy();
  });

  it('finds nothing in its good example', () => {
    expect(saidOf(rule, rule.good)).toEqual([]);
  });

  it('is mended by its edits, where it has any, for good', () => {
    const all = () => true;
    const edits = fixesFor(rule.bad, optionsOf(rule), all);
    const [finding] = saidOf(rule, rule.bad);
    if ((finding?.edits ?? []).length === 0) return;
    let text = applyEdits(rule.bad, edits);
    for (
      let next = fixesFor(text, optionsOf(rule), all);
      next.length > 0;
      next = fixesFor(text, optionsOf(rule), all)
    ) {
      text = applyEdits(text, next);
    }
    expect(saidOf(rule, text)).toEqual([]);
  });
});

describe('the list of rules', () => {
  it('has each id once, of words', () => {
    const ids = BUILD_RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^build\/[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it('names each id of hadolint once', () => {
    const ids = BUILD_RULES.flatMap(({ elsewhere }) => elsewhere.filter(({ standard }) => standard === 'hadolint'));
    const names = ids.map(({ id }) => id);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
