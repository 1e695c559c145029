import { isUnavoidable } from '#policy/rules/licence-expression.ts';
import type { RuleParameters } from '#policy/rules/parameters.ts';
import { type BuiltInRule, collected, type RuleOutcome } from '#policy/rules/rule.ts';

/** Beginnings of ids as SPDX and distributions write them, by what they ask of whoever passes the software on. */
const CATEGORIES: Readonly<Record<string, RegExp>> = {
  copyleft: /^(?:L?GPL|MPL|EPL|CDDL|EUPL|OSL)(?:[-v.\d+]|$)/i,
  'network-copyleft': /^(?:AGPL|SSPL|OSL|EUPL)(?:[-v.\d+]|$)/i,
  'non-commercial': /^(?:CC-BY-NC|BUSL|Elastic-|PolyForm-)/i,
};

/** No licences that are not wanted. */
export const licencesRule: BuiltInRule<RuleParameters['licences']> = {
  id: 'licences',
  title: 'No licences that are not wanted',
  why: 'Some ask for something of whoever passes the software on, or serves it.',
  needs: ['packages'],
  sure: true,
  check: (context, { denied = [], categories = [] }): RuleOutcome => {
    const kinds = categories.flatMap((category) => CATEGORIES[category] ?? []);
    const ids = denied.map((id) => id.toLowerCase());
    const unwanted = (licence: string) => {
      const id = licence.toLowerCase();
      return (
        kinds.some((kind) => kind.test(licence)) ||
        ids.some((one) => (one.endsWith('*') ? id.startsWith(one.slice(0, -1)) : id === one))
      );
    };
    const failures = collected(context, 'packages').flatMap(({ name, version, purl, licences: declared }) => {
      const bad = declared.filter((expression) => isUnavoidable(expression, unwanted));
      const none = declared.length === 0 && categories.includes('unknown');
      if (bad.length === 0 && !none) return [];
      return [
        {
          severity: 'medium' as const,
          sentence: `${name} ${version} ${none ? 'declares no licence' : `is under ${bad.join(', ')}`}.`,
          fix: `Replace ${name}, or have its licence accepted.`,
          package: name,
          purl,
        },
      ];
    });
    return { failures, missing: [] };
  },
};
