import { z } from 'zod';

/** Raised when a field changes its meaning or goes; new optional fields do not raise it. */
const SCAN_REPORT_VERSION = 1;

const layer = z.object({
  digest: z.string().optional().describe('Digest of the layer as stored (compressed)'),
  diffId: z.string().optional().describe('Digest of the uncompressed layer'),
  index: z.number().int().describe('Position in the image, 0 is the lowest'),
  instruction: z.string().optional().describe('Build step that made the layer, from the image history'),
});

const scannedPackage = z.object({
  name: z.string(),
  version: z.string(),
  type: z.string().describe('As in the purl: deb, apk, rpm, npm, pypi, golang, …'),
  purl: z.string(),
  architecture: z.string().optional(),
  source: z.object({ name: z.string(), version: z.string() }).optional(),
  licences: z.array(z.string()).describe('As declared by the package'),
  vendor: z.string().optional(),
  modularity: z.string().optional(),
  evidence: z.enum(['installed', 'declared', 'unreliable']),
  owner: z.enum(['base', 'app']).optional().describe('Base image or added on top; absent where nothing tells'),
  ownedBy: z.string().optional().describe('purl of the OS package that these files belong to'),
  thirdParty: z.literal(true).optional(),
  layer: layer.optional(),
  locations: z.array(z.string()),
});

const finding = z.object({
  id: z.string(),
  aliases: z.array(z.string()),
  package: z.object({
    name: z.string(),
    version: z.string(),
    purl: z.string(),
    type: z.string(),
    owner: z.enum(['base', 'app']).optional(),
    layer: layer.optional(),
    locations: z.array(z.string()),
  }),
  severity: z.enum(['critical', 'high', 'medium', 'low', 'negligible', 'unknown']),
  severitySource: z.string(),
  score: z.number().optional().describe('CVSS base score'),
  fixedVersions: z
    .array(z.string())
    .describe('Every fixed version above the installed one, ascending; empty: none is known'),
  fixState: z.enum(['open', 'no-dsa', 'postponed', 'ignored', 'end-of-life']).optional(),
  knownExploitedSince: z.string().optional(),
  epss: z.object({ score: z.number(), percentile: z.number(), date: z.string().optional() }).optional(),
  summary: z.string().optional(),
  published: z.string().optional(),
  fixPublished: z
    .string()
    .optional()
    .describe('When the first of these fixes was published; absent where no bulletin of the distribution says so'),
  because: z.array(
    z.object({
      advisory: z.string(),
      source: z.string(),
      ecosystem: z.string(),
      package: z.string(),
      version: z.string(),
      comparison: z.string(),
    }),
  ),
});

/** What `holdfast scan --format json` writes for one target. */
export const scanReport = z.object({
  schemaVersion: z.literal(SCAN_REPORT_VERSION),
  tool: z.object({ name: z.string(), version: z.string() }),
  createdAt: z.string().describe('ISO 8601; SOURCE_DATE_EPOCH where it is set'),
  target: z.object({
    kind: z.string(),
    reference: z.string(),
    digest: z.string().optional().describe('Digest of the manifest'),
    imageId: z.string().optional().describe('Digest of the config'),
    platform: z.string().optional(),
    verified: z
      .enum(['digests', 'engine', 'none', 'not-applicable'])
      .describe('digests: every byte was hashed and matched; engine: an engine’s unpacked directories were trusted'),
    os: z.object({ id: z.string(), versionId: z.string(), name: z.string() }).optional(),
    base: z
      .object({
        name: z.string().optional(),
        digest: z.string().optional(),
        layers: z.number().int(),
        method: z.enum(['annotation', 'label', 'history', 'none']),
      })
      .optional(),
    tags: z.array(z.string()),
    layers: z.number().int().optional(),
    size: z
      .object({ bytes: z.number().int(), of: z.enum(['compressed', 'uncompressed', 'unpacked']) })
      .optional()
      .describe(
        'Of all layers together: as they are stored and sent, as tars that are not compressed, or the files that an engine unpacked',
      ),
    config: z
      .object({
        created: z.string().optional(),
        user: z.string().optional().describe('Absent: root'),
        entrypoint: z.array(z.string()),
        command: z.array(z.string()),
        ports: z.array(z.string()),
        volumes: z.array(z.string()),
      })
      .optional()
      .describe('How it starts; absent where there is no image, or it does not say'),
    leftOut: z.array(z.string()).optional().describe('Directories that were not walked'),
    containers: z.array(z.object({ id: z.string(), name: z.string() })).optional(),
  }),
  advisories: z.object({
    kind: z.enum(['none', 'starter', 'full']),
    builtAt: z.string().optional(),
    records: z.number().int(),
  }),
  packages: z.array(scannedPackage),
  findings: z.array(finding),
  coverage: z.array(
    z.object({
      subject: z.string(),
      state: z.enum(['covered', 'not-affected', 'no-data', 'stale', 'not-comparable', 'not-collected', 'failed']),
      packages: z.number().int(),
      reason: z.string(),
    }),
  ),
  absences: z
    .array(z.object({ id: z.string(), purl: z.string(), state: z.string(), reason: z.string() }))
    .describe('Advisories on packages here that are no finding: those that could not be compared, all with --explain'),
  executables: z
    .array(z.object({ path: z.string(), sizeBytes: z.number().int(), mode: z.string() }))
    .optional()
    .describe('With --files'),
  problems: z.array(
    z.object({ code: z.string(), message: z.string(), path: z.string().optional(), hint: z.string().optional() }),
  ),
});

export type ScanReport = z.infer<typeof scanReport>;
