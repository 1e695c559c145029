import type { VolumeDoctorReport } from '#api/volume-doctor-report.ts';
import { type DiscoverEngineOptions, discoverEngine } from '#app/volume/find/discover-engine.ts';
import { keptFacts } from '#app/volume/find/kept-facts.ts';
import type { Discovery } from '#volume/discover/discovery.ts';
import { examine } from '#volume/doctor/examine.ts';
import type { Kept } from '#volume/doctor/kept.ts';
import { DOCTOR_RULES } from '#volume/doctor/list.ts';

/** What was found, with all that it was found in. */
export interface Diagnosis {
  readonly report: VolumeDoctorReport;
  readonly discovery: Discovery;
  /** What is known of snapshots, where there is a home with a repository. */
  readonly kept?: Kept;
}

/**
 * What would lose data, or endangers it, among the containers of an engine: most urgent first.
 * @param options `objectiveHours`: how old a snapshot may be where no schedule says so
 * @throws what {@link discoverEngine} throws
 */
export async function diagnoseVolumes(
  environment: NodeJS.ProcessEnv,
  { objectiveHours, ...options }: Omit<DiscoverEngineOptions, 'layers'> & { readonly objectiveHours: number },
): Promise<Diagnosis> {
  const discovery = await discoverEngine(environment, { ...options, layers: true });
  const facts = { engine: discovery.engine.key, now: options.now, defaultHours: objectiveHours };
  const { kept, looked, problems } = await keptFacts(environment, facts);
  const titles = new Map(DOCTOR_RULES.map(({ id, title }) => [id, title]));
  const report: VolumeDoctorReport = {
    at: discovery.at,
    engine: discovery.engine.address,
    findings: examine(discovery, kept).map(({ rule, severity, container, path, evidence, fix }) => ({
      rule,
      title: titles.get(rule) ?? rule,
      severity,
      container: container?.name ?? null,
      image: container?.image ?? null,
      path,
      evidence: evidence.join('; '),
      fix: fix.join('\n'),
    })),
    containers: discovery.containers.length,
    volumes: discovery.volumes.length,
    coverage: [...discovery.coverage, looked],
    problems: [...discovery.problems, ...problems],
  };
  return { report, discovery, ...(kept === undefined ? {} : { kept }) };
}
