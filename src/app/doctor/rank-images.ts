import type { DoctorReport } from '#api/doctor-report.ts';
import { type Exposure, givesHost, isReachable } from '#app/doctor/exposure.ts';
import type { Severity } from '#core/severity.ts';
import type { Finding } from '#finding/finding.ts';
import { nextSteps } from '#report/next-steps.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

type DoctorImage = DoctorReport['images'][number];

/** An image that runs, with what lies around its containers. */
export interface ExposedImage {
  readonly report: ScanReportInput;
  readonly exposure: Exposure;
}

const MOST_SHOWN = 10;

/** What an attacker can do with each image, the most dangerous first. A pure function. */
export function rankImages(images: readonly ExposedImage[]): readonly DoctorImage[] {
  return images
    .map((image) => ({ image: describe(image), key: keyOf(image) }))
    .sort((a, b) => compareKeys(b.key, a.key) || (a.image.reference < b.image.reference ? -1 : 1))
    .map(({ image }) => image);
}

/** Numbers of which the first that differs decides: what can be used from outside stands before what cannot. */
function keyOf({ report, exposure }: ExposedImage): readonly number[] {
  const { exploited, critical, high } = sums(report.findings.findings);
  const [reachable, host] = [isReachable(exposure), givesHost(exposure)];
  return [
    ...[reachable && exploited > 0 && host, reachable && exploited > 0, exploited > 0 && host, exploited > 0],
    ...[reachable && critical > 0 && host, reachable && critical > 0, host, reachable && high > 0],
    ...[exploited, critical, high, reachable, exposure.root, report.findings.findings.length],
  ].map(Number);
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
  for (const [index, one] of a.entries()) {
    const difference = one - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function sums(findings: readonly Finding[]) {
  const of = (level: Severity) => findings.filter(({ severity }) => severity.level === level).length;
  const exploited = findings.filter(isExploited);
  return { exploited: exploited.length, critical: of('critical'), high: of('high'), medium: of('medium') };
}

function isExploited({ exploitation }: Finding): boolean {
  return exploitation?.knownExploitedSince !== undefined;
}

function severityOf({ report, exposure }: ExposedImage): Severity {
  const { findings, coverage } = report.findings;
  const { exploited, critical, high, medium } = sums(findings);
  const [reachable, host] = [isReachable(exposure), givesHost(exposure)];
  if (exploited > 0 && (reachable || host)) return 'critical';
  if (exploited > 0 || (critical > 0 && (reachable || host)) || (reachable && host)) return 'high';
  if (critical > 0 || (high > 0 && reachable) || host) return 'medium';
  if (high + medium > 0) return 'low';
  // Nothing was found where nothing could be: that is no good news.
  const whole = coverage.every(({ state }) => state === 'covered' || state === 'not-affected');
  return whole && report.inventory.packages.length > 0 ? 'negligible' : 'unknown';
}

function dangersOf({ report, exposure }: ExposedImage): readonly string[] {
  const { findings } = report.findings;
  const { exploited, critical, high } = sums(findings);
  const { ports, hostNetwork, root, privileged, engineSocket, hostPaths } = exposure;
  const known = findings.filter(isExploited).map(({ id }) => id);
  const more = new Set(known).size > 3 ? ' …' : '';
  return [
    exploited > 0 ? `${exploited} known to be exploited (${[...new Set(known)].slice(0, 3).join(', ')}${more})` : '',
    ports.length > 0 ? `open to every network at ${ports.slice(0, 5).join(', ')}` : '',
    hostNetwork ? 'on the host’s network' : '',
    critical > 0 || high > 0 ? `${critical} critical, ${high} high` : '',
    privileged ? 'privileged' : '',
    engineSocket ? 'controls the engine' : '',
    hostPaths.length > 0 ? `holds ${hostPaths.slice(0, 3).join(', ')} of the host` : '',
    root ? 'runs as root' : '',
  ].filter((part) => part !== '');
}

function describe(image: ExposedImage): DoctorImage {
  const { report, exposure } = image;
  const { findings, coverage } = report.findings;
  const counts: Record<string, number> = {};
  for (const { severity } of findings) counts[severity.level] = (counts[severity.level] ?? 0) + 1;
  const { reference, imageId } = report.description;
  return {
    reference,
    ...(imageId === undefined ? {} : { imageId }),
    containers: (report.containers ?? []).map(({ id, name }) => ({ id, name })),
    severity: severityOf(image),
    dangers: [...dangersOf(image)],
    exposure: { ...exposure, ports: [...exposure.ports], hostPaths: [...exposure.hostPaths] },
    packages: report.inventory.packages.length,
    compared: coverage.filter(({ state }) => state === 'covered').reduce((sum, { packages }) => sum + packages, 0),
    findings: counts,
    knownExploited: findings.filter(isExploited).length,
    fixable: findings.filter(({ fixedVersions }) => fixedVersions.length > 0).length,
    top: findings.slice(0, MOST_SHOWN).map(topOf),
    steps: nextSteps(findings, report.inventory.base.name).map((step) => ({ ...step })),
    problems: report.inventory.problems.length,
  };
}

function topOf({
  id,
  severity,
  package: where,
  fixedVersions,
  exploitation,
  summary,
}: Finding): DoctorImage['top'][number] {
  const { name, version, owner = 'app', layer } = where;
  return {
    ...{ id, severity: severity.level, package: name, version, fixedVersions: [...fixedVersions], owner },
    ...(layer === undefined ? {} : { layer: layer.index }),
    ...(exploitation?.knownExploitedSince === undefined
      ? {}
      : { knownExploitedSince: exploitation.knownExploitedSince }),
    ...(exploitation?.epss === undefined ? {} : { epss: exploitation.epss.score }),
    ...(summary === undefined ? {} : { summary: summary.slice(0, 300) }),
  };
}
