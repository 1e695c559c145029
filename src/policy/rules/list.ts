import { advisoriesAgeRule, imageAgeRule } from '#policy/rules/age.ts';
import { packagesRule, sbomRule } from '#policy/rules/contents.ts';
import { coverageRule } from '#policy/rules/coverage.ts';
import { drillAgeRule, snapshotAgeRule, snapshotScheduleRule, writersTrustedRule } from '#policy/rules/data.ts';
import { epssRule } from '#policy/rules/epss.ts';
import { labelsRule, noLatestRule, nonRootRule, pinnedRule, registriesRule } from '#policy/rules/image.ts';
import { knownExploitedRule } from '#policy/rules/known-exploited.ts';
import { licencesRule } from '#policy/rules/licences.ts';
import type { BuiltInRule } from '#policy/rules/rule.ts';
import { severityRule } from '#policy/rules/severity.ts';
import { workloadRule } from '#policy/rules/workload.ts';

/** All rules that a policy can name. */
export const RULES: readonly BuiltInRule<unknown>[] = [
  severityRule,
  knownExploitedRule,
  epssRule,
  coverageRule,
  advisoriesAgeRule,
  imageAgeRule,
  nonRootRule,
  pinnedRule,
  noLatestRule,
  registriesRule,
  labelsRule,
  sbomRule,
  licencesRule,
  packagesRule,
  workloadRule,
  snapshotAgeRule,
  snapshotScheduleRule,
  drillAgeRule,
  writersTrustedRule,
] as unknown as readonly BuiltInRule<unknown>[];
