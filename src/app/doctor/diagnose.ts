import type { DoctorReport } from '#api/doctor-report.ts';
import { composePlace } from '#app/doctor/compose-place.ts';
import { together } from '#app/doctor/exposure.ts';
import { type ExposedContainer, judgeContainers } from '#app/doctor/judge-containers.ts';
import { type ExposedImage, rankImages } from '#app/doctor/rank-images.ts';
import { containersPart, dataPart, hostPart } from '#app/doctor/report-parts.ts';
import { chooseTonight } from '#app/doctor/tonight.ts';
import { listRunningImages, type RunningImage } from '#app/running/list-running.ts';
import { type Diagnosis, diagnoseVolumes } from '#app/volume/find/diagnose-volumes.ts';
import { connectEngine, type Engine } from '#base/engine/engine.ts';
import { LOOKING } from '#base/engine/patience.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import type { ScanReportInput } from '#report/scan-report.ts';
import { RUN_RULES } from '#workload/rules/list.ts';

/** Something to scan, and the containers that run it. */
export interface ToScan {
  readonly target: string;
  /** What people call it, where the target is an id. */
  readonly called?: string;
  readonly containers?: readonly { readonly id: string; readonly name: string }[];
}

export interface DiagnoseDeps {
  readonly environment: NodeJS.ProcessEnv;
  readonly now: Date;
  readonly tool: DoctorReport['tool'];
  /** What compares packages: its name and worth. */
  readonly advisories: DoctorReport['advisories'];
  /** Told what is done now. */
  readonly step: (text: string) => void;
  /** What could not be scanned is a problem. */
  readonly scan: (
    targets: readonly ToScan[],
  ) => Promise<{ readonly reports: readonly ScanReportInput[]; readonly problems: readonly Problem[] }>;
}

type Looked = DoctorReport['looked'][number];

/** How old a snapshot may be where nobody said so. */
const OBJECTIVE_HOURS = 24;
/** As {@link diagnoseVolumes} met them. */
function problemsOf({ report }: Diagnosis): readonly Problem[] {
  return report.problems.map(({ code, message, path, hint }) => ({
    ...{ code, message },
    ...(path === undefined ? {} : { path }),
    ...(hint === undefined ? {} : { hint }),
  }));
}

/**
 * Looks at what runs on a host, at its data, and at the host itself, without changing anything. Without an engine, at this
 * machine's packages and settings. What could not be looked at is said; nothing throws for it.
 * @throws what is wrong with the engine's address as the operator gave it
 */
export async function diagnose(deps: DiagnoseDeps): Promise<DoctorReport> {
  const { environment, now, step } = deps;
  step('Asking the engine');
  const found = await askEngine(environment);
  const problems: Problem[] = found.unlisted === undefined ? [] : [found.unlisted];
  const looked: Looked[] = [];

  step('Looking for data');
  const data =
    found.engine === undefined
      ? undefined
      : await attempt(problems, () => diagnoseVolumes(environment, { now, objectiveHours: OBJECTIVE_HOURS }));
  looked.push(
    ...(data?.report.coverage ?? [line('data', 'not-collected', 0, found.why ?? 'It could not be looked at.')]),
  );
  problems.push(...(data === undefined ? [] : problemsOf(data)));

  step('Judging how containers are run');
  const all = data?.discovery.containers ?? [];
  const running = all.filter(({ state }) => state === 'running' || state === 'paused' || state === 'restarting');
  const run = found.engine === undefined ? NOTHING : await judgeContainers(found.engine, running);
  problems.push(...run.problems);
  if (found.engine !== undefined) looked.push(runLine(data !== undefined, listed(found.images, running), run.judged));

  step('Looking at the host');
  const host = await hostPart(environment);

  const scanned = await deps.scan(
    found.engine === undefined ? [{ target: 'rootfs:/', called: 'this machine' }] : found.images,
  );
  problems.push(...scanned.problems);
  looked.push(imagesLine(found.images.length, scanned.reports.length, found));
  const images = rankImages(scanned.reports.map((report) => exposed(report, run.judged)));

  const report = {
    ...{ schemaVersion: 1 as const, tool: { ...deps.tool }, createdAt: now.toISOString() },
    engine: engineOf(data, found),
    advisories: deps.advisories,
    images: [...images],
    data: dataPart(data),
    containers: containersPart(running, run.judged),
    host,
    looked,
    problems: problems.map(({ code, message, path, hint }) => ({
      ...{ code, message },
      ...(path === undefined ? {} : { path }),
      ...(hint === undefined ? {} : { hint }),
    })),
  };
  const named = (name: string) => all.find((one) => one.name === name);
  const program = data?.discovery.engine.product ?? 'docker';
  const tonight = chooseTonight({
    ...{ report, program },
    placeOf: (name) => composePlace(named(name)?.labels ?? {}),
    isPulled: (name) => (named(name)?.repositoryDigests.length ?? 0) > 0,
    whyOf: (rule) => RUN_RULES.find(({ id }) => id === rule)?.why,
  });
  return { ...report, tonight: [...tonight] };
}

const NOTHING: Awaited<ReturnType<typeof judgeContainers>> = { judged: [], problems: [] };

async function attempt<T>(problems: Problem[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    problems.push(problemOf(error));
    return undefined;
  }
}

/** What was found of an engine: without one, why. */
interface Found {
  readonly engine?: Engine;
  readonly why?: string;
  readonly images: readonly ToScan[];
  /** Why the engine does not tell what runs. */
  readonly unlisted?: Problem;
}

/** @throws what is wrong with the engine's address as the operator gave it */
async function askEngine(environment: NodeJS.ProcessEnv): Promise<Found> {
  let engine: Engine;
  try {
    engine = await connectEngine(environment, LOOKING);
  } catch (error) {
    if (error instanceof HoldfastError && error.kind === 'usage') throw error;
    return { images: [], why: problemOf(error).message };
  }
  try {
    return { engine, images: (await listRunningImages(environment, LOOKING)).map(toScan) };
  } catch (error) {
    return { engine, images: [], unlisted: problemOf(error) };
  }
}

function toScan({ target, references: [called], containers }: RunningImage): ToScan {
  return { target, containers, ...(called === undefined ? {} : { called }) };
}

/** Ids of the containers that run, by either list of the engine. */
function listed(images: readonly ToScan[], running: readonly { readonly id: string }[]): ReadonlySet<string> {
  return new Set([...images.flatMap(({ containers = [] }) => containers), ...running].map(({ id }) => id));
}

function engineOf(data: Diagnosis | undefined, { engine, why }: Found): DoctorReport['engine'] {
  if (engine === undefined) return { state: 'failed', why: why ?? 'No engine answers.' };
  const { product = engine.podman ? 'podman' : 'docker', version = 'unknown' } = data?.discovery.engine ?? {};
  return { state: 'collected', address: engine.address, product, version };
}

function runLine(told: boolean, ids: ReadonlySet<string>, judged: readonly ExposedContainer[]): Looked {
  const subject = 'how containers are run';
  const missing = ids.size - judged.filter(({ id }) => ids.has(id)).length;
  if (missing > 0) {
    const reason = `${missing} of ${ids.size} could not be read, or ended meanwhile.`;
    return line(subject, 'failed', judged.length, reason);
  }
  if (!told) return line(subject, 'failed', 0, 'It could not be looked at.');
  return line(subject, 'covered', judged.length, 'As they run now.');
}

function line(subject: string, state: Looked['state'], count: number, reason: string): Looked {
  return { subject, state, count, reason };
}

function imagesLine(wanted: number, scanned: number, { why, unlisted }: Found): Looked {
  if (why !== undefined) return line('images', 'not-collected', 0, why);
  if (unlisted !== undefined) return line('images', 'failed', 0, unlisted.message);
  if (scanned < wanted)
    return line('images', 'failed', scanned, `${wanted - scanned} of ${wanted} could not be scanned.`);
  return line('images', 'covered', scanned, 'Those that run now.');
}

function exposed(report: ScanReportInput, judged: readonly ExposedContainer[]): ExposedImage {
  const ids = new Set((report.containers ?? []).map(({ id }) => id));
  return { report, exposure: together(judged.filter(({ id }) => ids.has(id)).map(({ exposure }) => exposure)) };
}
