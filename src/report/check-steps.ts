import { missingOf, type PolicyReason, reasonsOf } from '#policy/verdict.ts';
import type { CheckReportInput } from '#report/check-report-input.ts';
import { nextSteps } from '#report/next-steps.ts';

const MOST_STEPS = 8;

/**
 * What to do, the most useful first: what clears the reasons, then what tells what could not be told; where nothing is
 * denied or missing, what clears the warnings. Fixes that one upgrade brings are one step.
 */
export function checkSteps(input: CheckReportInput): readonly string[] {
  const { verdict } = input;
  const reasons = reasonsOf(verdict);
  const missing = missingOf(verdict);
  const wanted = reasons.length > 0 || missing.length > 0 ? reasons : verdict.warnings;
  const steps = [
    ...upgrades(wanted, input),
    ...wanted.flatMap(({ fix, vulnerability }) => (fix === undefined || vulnerability !== undefined ? [] : [fix])),
    ...missing.flatMap(({ hint }) => (hint === undefined ? [] : [hint])),
  ];
  return [...new Set(steps.map((step) => (step.endsWith('.') ? step : `${step}.`)))].slice(0, MOST_STEPS);
}

function upgrades(wanted: readonly PolicyReason[], { report }: CheckReportInput): readonly string[] {
  const flaws = new Set(wanted.map(({ vulnerability, purl }) => `${vulnerability} ${purl}`));
  const findings = report.findings.findings.filter(({ id, package: found }) => flaws.has(`${id} ${found.purl}`));
  return nextSteps(findings, report.inventory.base.name).map(({ sentence }) => sentence);
}
