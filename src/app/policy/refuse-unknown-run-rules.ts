import { type Fault, faultsError } from '#policy/load/fault.ts';
import { suggestion } from '#policy/load/shape.ts';
import type { YamlFile } from '#policy/load/yaml-file.ts';
import type { Policy } from '#policy/policy.ts';
import { workloadRule } from '#policy/rules/workload.ts';

/**
 * A name that no rule about running has would let everything pass.
 * @throws `POLICY_INVALID`, with the place of each
 */
export async function refuseUnknownRunRules({ rules }: Policy, yaml: YamlFile, file: string): Promise<void> {
  if (rules.every(({ rule }) => rule.id !== workloadRule.id)) return;
  const { RUN_RULES } = await import('#workload/rules/list.ts');
  const known = RUN_RULES.map(({ id }) => id);
  const faults: Fault[] = [];
  const written = (yaml.value as { readonly rules: readonly Readonly<Record<string, unknown>>[] }).rules;
  for (const [index, entry] of written.entries()) {
    if (entry['rule'] !== workloadRule.id) continue;
    for (const key of ['only', 'except']) {
      const names = Array.isArray(entry[key]) ? entry[key] : [];
      for (const [at, name] of names.entries()) {
        if (known.includes(name)) continue;
        const message = `There is no rule ${JSON.stringify(name)} about running. ${suggestion(String(name), known)}`;
        faults.push({ ...yaml.placeOf(['rules', index, key, at]), message });
      }
    }
  }
  if (faults.length > 0) throw faultsError('POLICY_INVALID', file, faults);
}
