import { isWithin } from '#core/container-path.ts';
import { compareSeverity } from '#core/severity.ts';
import type { Discovery } from '#volume/discover/discovery.ts';
import type { Kept } from '#volume/doctor/kept.ts';
import { DOCTOR_RULES } from '#volume/doctor/list.ts';
import type { DoctorFinding } from '#volume/doctor/rule.ts';

/**
 * What every rule finds, most urgent first. Data that would be lost is told once for each place, by the rule that says
 * most about it. A pure function: the same discovery gives the same findings in the same order.
 */
export function examine(discovery: Discovery, kept?: Kept): readonly DoctorFinding[] {
  const findings: DoctorFinding[] = [];
  const losses: DoctorFinding[] = [];
  for (const { id, kind, check } of DOCTOR_RULES) {
    for (const found of check(discovery, kept)) {
      const finding: DoctorFinding = {
        rule: id,
        ...found,
        evidence: found.evidence.map(oneLine),
        fix: found.fix.map(oneLine),
      };
      if (kind === 'loss') {
        if (losses.some((told) => tells(told, finding))) continue;
        losses.push(finding);
      }
      findings.push(finding);
    }
  }
  const order = (a: DoctorFinding, b: DoctorFinding) => (key(a) < key(b) ? -1 : 1);
  return findings.sort((a, b) => compareSeverity(a.severity, b.severity) || order(a, b));
}

/** A path with a line feed in it would end a comment and begin a command of its own. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, '?');
}

function tells(told: DoctorFinding, finding: DoctorFinding): boolean {
  if (told.container?.id !== finding.container?.id) return false;
  if (told.path === finding.path) return true;
  const within = told.path !== '/' && isWithin(finding.path, told.path);
  return within || (finding.rule === 'layer-grows' && isWithin(told.path, finding.path));
}

function key({ container, path, rule }: DoctorFinding): string {
  return `${container?.name ?? '~'}\0${path}\0${rule}`;
}
