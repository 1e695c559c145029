import type { AdvisoriesInfo } from '#advisory/advisory.ts';
import type { ScanReport } from '#api/scan-report.ts';
import type { ImageConfig } from '#core/oci/config.ts';
import { formatPlatform } from '#core/platform.ts';
import type { Finding, Findings } from '#finding/finding.ts';
import type { ImageDescription } from '#image/image.ts';
import type { Executable, Inventory, Package } from '#inventory/package.ts';

/** A scan and the run that made it, as report writers take them. */
export interface ScanReportInput {
  readonly tool: { readonly name: string; readonly version: string };
  readonly createdAt: string;
  readonly advisories: AdvisoriesInfo | undefined;
  readonly description: ImageDescription;
  readonly inventory: Inventory;
  readonly findings: Findings;
  readonly layers?: number;
  readonly leftOut: readonly string[];
  readonly executables?: readonly Executable[];
  readonly containers?: readonly { readonly id: string; readonly name: string }[];
}

/** The report in the form that leaves the program (api/scan-report.ts). */
export function toScanReport(input: ScanReportInput): ScanReport {
  const { description, inventory, findings, advisories } = input;
  const { os } = inventory;
  const isImage = description.verified !== 'not-applicable';
  return {
    schemaVersion: 1,
    tool: { ...input.tool },
    createdAt: input.createdAt,
    target: defined({
      kind: description.kind,
      reference: description.reference,
      digest: description.digest,
      imageId: description.imageId,
      platform: description.platform && formatPlatform(description.platform),
      verified: description.verified,
      os: os && { id: os.id, versionId: os.versionId, name: os.name },
      base: isImage ? { ...inventory.base } : undefined,
      tags: [...description.tags],
      layers: input.layers,
      size: description.size && { ...description.size },
      config: description.config && configRow(description.config),
      leftOut: input.leftOut.length > 0 ? [...input.leftOut] : undefined,
      containers: input.containers?.map(({ id, name }) => ({ id, name })),
    }),
    advisories:
      advisories === undefined
        ? { kind: 'none', records: 0 }
        : { kind: advisories.kind, builtAt: advisories.builtAt, records: advisories.records },
    packages: inventory.packages.map(packageRow),
    findings: findings.findings.map(findingRow),
    coverage: findings.coverage.map((line) => ({ ...line })),
    absences: findings.absences.map((absence) => ({ ...absence })),
    ...(input.executables === undefined ? {} : { executables: input.executables.map(executableRow) }),
    problems: inventory.problems.map(({ code, message, path, hint }) => defined({ code, message, path, hint })),
  };
}

function configRow({ created, user, entrypoint = [], command = [], ports = [], volumes = [] }: ImageConfig) {
  const lists = { entrypoint: [...entrypoint], command: [...command], ports: [...ports], volumes: [...volumes] };
  return defined({ created, user, ...lists });
}

/** There may be a million of them, of few modes. */
const MODES = new Map<number, string>();

function executableRow({ path, sizeBytes, mode }: Executable) {
  const shown = MODES.get(mode) ?? mode.toString(8).padStart(4, '0');
  MODES.set(mode, shown);
  return { path, sizeBytes, mode: shown };
}

function packageRow(found: Package): ScanReport['packages'][number] {
  return defined({
    name: found.name,
    version: found.version,
    type: found.type,
    purl: found.purl,
    architecture: found.architecture,
    source: found.source && { ...found.source },
    licences: [...found.licences],
    vendor: found.vendor,
    modularity: found.modularity,
    evidence: found.evidence,
    owner: found.owner,
    ownedBy: found.ownedBy,
    thirdParty: found.thirdParty,
    layer: layerRow(found),
    locations: [...found.locations],
  });
}

function layerRow({ layer }: Package) {
  return (
    layer && defined({ digest: layer.digest, diffId: layer.diffId, index: layer.index, instruction: layer.instruction })
  );
}

function findingRow(found: Finding): ScanReport['findings'][number] {
  const { package: where, severity, exploitation } = found;
  return defined({
    id: found.id,
    aliases: [...found.aliases],
    package: defined({
      name: where.name,
      version: where.version,
      purl: where.purl,
      type: where.type,
      owner: where.owner,
      layer: layerRow(where),
      locations: [...where.locations],
    }),
    severity: severity.level,
    severitySource: severity.source,
    score: severity.score,
    fixedVersions: [...found.fixedVersions],
    fixState: found.fixState,
    knownExploitedSince: exploitation?.knownExploitedSince,
    epss: exploitation?.epss && defined({ ...exploitation.epss }),
    summary: found.summary,
    published: found.published,
    fixPublished: found.fixPublished,
    because: found.because.map((reason) => ({ ...reason })),
  });
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the fields that are undefined: JSON leaves them out, and so does the type. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}
