import { findingFactsOf } from '#app/policy/finding-facts-of.ts';
import type { FirstSeen } from '#app/policy/first-seen.ts';
import { hidesLicences, hidesPackages } from '#app/policy/harmless-problems.ts';
import { imageFactsOf } from '#app/policy/image-facts-of.ts';
import { NOT_RUNNING, type RunFacts } from '#app/policy/running/run-facts.ts';
import type { Problem } from '#core/errors.ts';
import type { Package } from '#inventory/package.ts';
import type { Facts } from '#policy/facts/facts.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

/** What is known of the subject beside the scan. */
export interface FactsOptions {
  readonly now: Date;
  /** Where it shall run; undefined when nobody said. */
  readonly environment: string | undefined;
  /** What the record says; undefined without one. */
  readonly firstSeen?: FirstSeen | undefined;
  /** How it is run, where that was asked. */
  readonly run?: RunFacts | undefined;
}

type PackageFacts = Extract<Facts['packages'], { state: 'collected' }>['value'][number];

/** Kinds of targets that have no configuration: nothing says who they would run as. */
const NO_IMAGE: Readonly<Record<string, string>> = {
  dir: 'a directory is no image',
  rootfs: 'a file system is no image',
  sbom: 'an SBOM does not hold the image’s configuration',
};

const LATER = 'this program does not collect it';

/**
 * The facts of a scanned target. What could not be read while scanning makes the contents a part of the whole: rules then
 * find what is wrong in that part, and cannot tell that nothing is.
 */
export function factsOfScan(
  report: ScanReportInput,
  { now, environment, firstSeen = () => null, run }: FactsOptions,
): Facts {
  const { description, inventory, findings, advisories } = report;
  const gaps = inventory.problems.filter(hidesPackages);
  const unlisted = inventory.problems.filter((problem) => hidesPackages(problem) || hidesLicences(problem));
  const noImage = NO_IMAGE[description.kind];
  return {
    version: 1,
    subject: {
      kind: run === undefined ? 'image' : 'workload',
      name: description.reference.toWellFormed().slice(0, 500),
      environment: environment ?? null,
    },
    image:
      noImage === undefined
        ? { state: 'collected', value: imageFactsOf(report, now) }
        : { state: 'not-collected', why: noImage },
    packages: whole(inventory.packages.map(packageFactsOf), unlisted),
    findings:
      advisories === undefined
        ? { state: 'not-collected', why: 'there were no advisories to compare with' }
        : whole(
            findings.findings.map((finding) => findingFactsOf(finding, firstSeen(finding))),
            gaps,
          ),
    coverage: whole(
      findings.coverage.map((line) => ({ ...line })),
      gaps,
    ),
    advisories:
      advisories === undefined
        ? { state: 'not-collected', why: 'there were none' }
        : {
            state: 'collected',
            value: { kind: advisories.kind, builtAt: advisories.builtAt, records: advisories.records },
          },
    sbom: whole(
      description.kind === 'sbom' ? { format: 'as given', attached: true } : { format: 'cyclonedx', attached: null },
      gaps,
    ),
    ...(run ?? NOT_RUNNING),
    secrets: { state: 'not-collected', why: LATER },
    malware: { state: 'not-collected', why: LATER },
    trust: { state: 'not-collected', why: LATER },
  };
}

type Whole<T> =
  | { readonly state: 'collected'; readonly value: T }
  | { readonly state: 'failed'; readonly why: string; readonly partial: T };

function whole<T>(value: T, problems: readonly Problem[]): Whole<T> {
  const [first] = problems;
  if (first === undefined) return { state: 'collected', value };
  const where = first.path === undefined || first.message.includes(first.path) ? '' : ` (${first.path})`;
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  return { state: 'failed', why: `${first.message}${where} [${first.code}]${more}`, partial: value };
}

function packageFactsOf(found: Package): PackageFacts {
  const { name, version, type, purl, owner = 'unknown', licences } = found;
  return { name, version, type, purl, owner, licences: [...licences] };
}
