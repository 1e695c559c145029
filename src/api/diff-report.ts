import { z } from 'zod';
import { severitySchema } from '#api/reason-parts.ts';

const side = z.object({
  reference: z.string(),
  kind: z.string(),
  digest: z.string().optional(),
  imageId: z.string().optional(),
  platform: z.string().optional(),
  scannedAt: z.string().describe('ISO 8601'),
  advisories: z.object({ kind: z.enum(['none', 'starter', 'full']), builtAt: z.string().optional() }),
  packages: z.int(),
  compared: z.int().describe('packages for which there was enough to compare with'),
  findings: z.int(),
  problems: z.int().describe('what could not be read'),
});

const named = z.object({ name: z.string(), type: z.string(), version: z.string() });
const moved = z.object({ name: z.string(), type: z.string(), from: z.string(), to: z.string() });

const finding = z.object({
  id: z.string(),
  severity: severitySchema,
  knownExploited: z.boolean(),
  package: z.string(),
  type: z.string(),
  before: z.array(z.string()).describe('versions of the package; none: it was not there'),
  after: z.array(z.string()),
  fixedVersions: z.array(z.string()),
  why: z.string().describe('a sentence: what became of it'),
});

const states = z.array(z.object({ state: z.string(), packages: z.int() }));

/** What `holdfast diff --format json` prints. */
export const diffReportSchema = z
  .object({
    schemaVersion: z.literal(1).describe('raised when a field changes its meaning or goes'),
    tool: z.object({ name: z.string(), version: z.string() }),
    createdAt: z.string(),
    before: side,
    after: side,
    settings: z
      .array(z.object({ what: z.string(), before: z.string().nullable(), after: z.string().nullable() }))
      .describe('user, entrypoint, ports, base image, size and so on, where they differ; null: not said'),
    packages: z.object({
      added: z.array(named),
      removed: z.array(named),
      upgraded: z.array(moved),
      downgraded: z.array(moved),
      changed: z.array(moved).describe('whether to a higher version or a lower one cannot be told'),
    }),
    findings: z.object({
      fixed: z.array(finding).describe('the package was compared again, in another version, or is gone'),
      new: z.array(finding),
      still: z.array(finding),
      noLongerReported: z
        .array(finding)
        .describe('the package is the same: other advisories, or other words of its vendor'),
      noLongerCompared: z.array(finding).describe('nobody can say: nothing is known of the package any more'),
    }),
    coverage: z
      .array(z.object({ subject: z.string(), before: states, after: states }))
      .describe('where it differs what was compared'),
    notes: z.array(z.string()),
  })
  .meta({ id: 'DiffReport' });

export type DiffReport = z.infer<typeof diffReportSchema>;
