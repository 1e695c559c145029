import type { DoctorReport } from '#api/doctor-report.ts';
import type { ExposedContainer } from '#app/doctor/judge-containers.ts';
import { collectHost } from '#app/lint/host/collect-host.ts';
import type { Diagnosis } from '#app/volume/find/diagnose-volumes.ts';
import { compareSeverity, SEVERITIES, type Severity } from '#core/severity.ts';
import { DOCTOR_RULES } from '#volume/doctor/list.ts';
import { unkeptVolumes } from '#volume/doctor/unkept.ts';
import { HOST_CHECKS } from '#workload/host/list.ts';
import { RUN_RULES } from '#workload/rules/list.ts';

/** What the part about containers says better. */
const ABOUT_MOUNTS = 'sensitive-bind';
/** What the data part says better. */
const ABOUT_DATA: ReadonlySet<string> = new Set([
  ...['run/data-not-kept', 'run/data-in-memory', 'run/anonymous-volume', 'run/two-writers'],
]);

/** What would be lost, and what nothing keeps. */
export function dataPart(data: Diagnosis | undefined): DoctorReport['data'] {
  if (data === undefined) return { findings: [], unkept: [], volumes: 0 };
  const { discovery, kept, report } = data;
  const nameOf = (id: string) => discovery.containers.find((one) => one.id === id)?.name ?? id;
  return {
    findings: report.findings.filter(({ rule }) => rule !== ABOUT_MOUNTS).sort(lossFirst),
    unkept: unkeptVolumes(discovery, kept).map(({ name, contents, users }) => ({
      volume: name,
      ...(contents === undefined ? {} : { sizeBytes: contents.sizeBytes }),
      containers: [...new Set(users.map(({ container }) => nameOf(container)))],
    })),
    volumes: report.volumes,
  };
}

const TITLES = new Map(RUN_RULES.map(({ id, title }) => [id, title]));

type DataFinding = DoctorReport['data']['findings'][number];

/** Of what is as severe, what would be lost stands before what endangers. */
function lossFirst(a: DataFinding, b: DataFinding): number {
  return compareSeverity(a.severity, b.severity) || Number(LOSSES.has(b.rule)) - Number(LOSSES.has(a.rule));
}

const LOSSES: ReadonlySet<string> = new Set(DOCTOR_RULES.filter(({ kind }) => kind === 'loss').map(({ id }) => id));

/** How containers are run, the worst first. */
export function containersPart(
  running: readonly { readonly id: string; readonly name: string; readonly image: string }[],
  judged: readonly ExposedContainer[],
): DoctorReport['containers'] {
  const rows = running.map(({ id, name, image }) => {
    const reasons = (judged.find((one) => one.id === id)?.reasons ?? [])
      .filter(({ rule }) => !ABOUT_DATA.has(rule))
      .map(({ rule, severity, sentence, fix }) => ({
        ...{ rule, title: TITLES.get(rule) ?? rule, severity, sentence },
        ...(fix === undefined ? {} : { fix }),
      }))
      .sort((a, b) => compareSeverity(a.severity, b.severity) || Number(isCommon(a)) - Number(isCommon(b)));
    return { name, image, reasons };
  });
  return rows.sort((a, b) => {
    for (const level of SEVERITIES) {
      const difference = timesOf(level, b.reasons) - timesOf(level, a.reasons);
      if (difference !== 0) return difference;
    }
    return a.name < b.name ? -1 : 1;
  });
}

function timesOf(level: Severity, reasons: readonly { readonly severity: Severity }[]): number {
  return reasons.filter(({ severity }) => severity === level).length;
}

/** True of most containers everywhere: what is special of one is said before. */
function isCommon({ rule }: { readonly rule: string }): boolean {
  return rule === 'run/root-user';
}

/** The section about containers, of which the part about them says more. */
const ABOUT_CONTAINERS = '5.';

/** How the host is set up. What cannot be looked at is counted; nothing throws. */
export async function hostPart(environment: NodeJS.ProcessEnv): Promise<DoctorReport['host']> {
  const facts = await collectHost(environment, false);
  const judged = HOST_CHECKS.filter(({ cis }) => !cis.startsWith(ABOUT_CONTAINERS)).map((check) => ({
    check,
    answer: check.judge(facts),
  }));
  const of = (outcome: string) => judged.filter(({ answer }) => answer.outcome === outcome);
  const failed = of('fail').map(({ check: { id, cis, title, severity, fix }, answer: { sentence } }) => ({
    ...{ check: id, cis, title, severity, sentence, fix },
  }));
  const unknown = of('unknown');
  const manual = unknown.filter(({ answer }) => answer.manual === true).length;
  return {
    failed: failed.sort((a, b) => compareSeverity(a.severity, b.severity)),
    passed: of('pass').length,
    unknown: unknown.length - manual,
    manual,
  };
}
