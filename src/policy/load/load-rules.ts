import type { FactName } from '#policy/facts/facts.ts';
import type { Fault } from '#policy/load/fault.ts';
import type { PolicyFile } from '#policy/load/policy-file.ts';
import { quoted, shaped, suggestion } from '#policy/load/shape.ts';
import type { YamlFile } from '#policy/load/yaml-file.ts';
import type { PolicyRule } from '#policy/policy.ts';
import { coverageRule, IMPLIED_COVERAGE } from '#policy/rules/coverage.ts';
import { RULES } from '#policy/rules/list.ts';
import { parametersOf } from '#policy/rules/parameters.ts';
import type { BuiltInRule } from '#policy/rules/rule.ts';
import type { Mode } from '#policy/verdict.ts';

type Entry = NonNullable<PolicyFile['rules']>[number];

/** Rules that ask for things which no part of this program collects yet. */
const LATER: Readonly<Record<string, string>> = {
  secrets: 'secrets',
  malware: 'malware',
  signature: 'trust',
  attestation: 'trust',
  provenance: 'trust',
};

/**
 * The built-in rules that a policy names. Rules over findings bring the rule `coverage` along where the policy has none:
 * no finding in what was not compared says nothing.
 * @param own mode of the policy
 * @param never facts that nobody collects
 * @param faults is added to
 */
export function loadRules(
  yaml: YamlFile,
  entries: readonly Entry[],
  own: Mode,
  never: ReadonlySet<FactName>,
  faults: Fault[],
): readonly PolicyRule[] {
  const rules = entries.flatMap((entry, index) => ruleOf(yaml, index, entry, own, never, faults));
  faults.push(...repeated(yaml, entries));
  const overFindings = rules.filter(({ rule, mode }) => rule.needs.includes('findings') && mode !== 'off');
  if (overFindings.length === 0 || entries.some(({ rule }) => rule === coverageRule.id)) return rules;
  const mode = overFindings.some((one) => one.mode === 'enforce') ? 'enforce' : 'warn';
  return [...rules, { rule: coverageRule as BuiltInRule<unknown>, parameters: IMPLIED_COVERAGE, mode, implied: true }];
}

function ruleOf(
  yaml: YamlFile,
  index: number,
  entry: Entry,
  own: Mode,
  never: ReadonlySet<FactName>,
  faults: Fault[],
): readonly PolicyRule[] {
  const { rule: id, mode = own, ...given } = entry;
  const at = ['rules', index];
  const say = (message: string) => faults.push({ ...yaml.placeOf([...at, 'rule']), message });
  const rule = RULES.find((one) => one.id === id);
  if (rule === undefined) {
    const later = Object.hasOwn(LATER, id) ? LATER[id] : undefined;
    const ids = RULES.map((one) => one.id);
    if (later === undefined) say(`There is no rule ${quoted(id)}. ${suggestion(id, ids)}`);
    else say(`The rule ${id} needs ${later}, which this program does not collect: it could only be unknown.`);
    return [];
  }
  const missing = rule.needs.find((need) => never.has(need));
  if (missing !== undefined) {
    say(
      `The rule ${id} needs ${missing}, which is not collected here: it could only be unknown. match.kinds says what it is for.`,
    );
    return [];
  }
  const parameters = shaped(yaml, at, given, parametersOf(rule.id));
  if (parameters.kind === 'fits') return [{ rule, parameters: parameters.value, mode }];
  faults.push(...parameters.faults);
  return [];
}

/** The same rule with the same parameters twice, once to deny and once to warn, contradicts itself. */
function repeated(yaml: YamlFile, entries: readonly Entry[]): readonly Fault[] {
  const seen = new Map<string, { readonly index: number; readonly mode: Mode | undefined }>();
  return entries.flatMap(({ mode, ...entry }, index) => {
    const key = JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, { index, mode });
      return [];
    }
    const what = first.mode === mode ? 'once more' : 'once more, with another mode';
    return [
      { ...yaml.placeOf(['rules', index]), message: `This is rule ${first.index + 1} ${what}: leave one of them out.` },
    ];
  });
}
