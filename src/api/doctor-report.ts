import { z } from 'zod';
import { severitySchema } from '#api/reason-parts.ts';
import { lookedAtSchema, volumeProblemSchema } from '#api/volume-parts.ts';

const counts = z.record(z.string(), z.int());

const tonightSchema = z.object({
  about: z.enum(['data', 'image', 'container', 'host']),
  severity: severitySchema,
  title: z.string(),
  why: z.string(),
  commands: z.array(z.string()).describe('lines for a shell; those that begin with # say what to do'),
});

const imageSchema = z.object({
  reference: z.string(),
  imageId: z.string().optional(),
  containers: z.array(z.object({ id: z.string(), name: z.string() })),
  severity: severitySchema.describe('of what an attacker can do with it; unknown: nothing could be compared'),
  dangers: z.array(z.string()).describe('what makes it rank where it does, the worst first'),
  exposure: z
    .object({
      ports: z.array(z.string()).describe('open on every address of the host, such as 5432/tcp'),
      hostNetwork: z.boolean(),
      root: z.boolean(),
      privileged: z.boolean(),
      engineSocket: z.boolean(),
      hostPaths: z.array(z.string()).describe('directories of the host itself that are mounted'),
    })
    .describe('of all of its containers together'),
  packages: z.int(),
  compared: z.int().describe('packages for which there were advisories to compare with'),
  findings: counts.describe('by severity'),
  knownExploited: z.int(),
  fixable: z.int(),
  top: z
    .array(
      z.object({
        id: z.string(),
        severity: severitySchema,
        package: z.string(),
        version: z.string(),
        fixedVersions: z.array(z.string()),
        owner: z.string(),
        layer: z.int().optional().describe('from 0'),
        knownExploitedSince: z.string().optional(),
        epss: z.number().optional(),
        summary: z.string().optional(),
      }),
    )
    .describe('the most urgent first, at most ten'),
  steps: z.array(z.object({ sentence: z.string(), clears: z.int() })),
  problems: z.int().describe('what could not be read of it'),
});

/** What `holdfast doctor --format json` prints. */
export const doctorReportSchema = z
  .object({
    schemaVersion: z.literal(1).describe('raised when a field changes its meaning or goes'),
    tool: z.object({ name: z.string(), version: z.string() }),
    createdAt: z.string().describe('ISO 8601'),
    engine: z.discriminatedUnion('state', [
      z.object({ state: z.literal('collected'), address: z.string(), product: z.string(), version: z.string() }),
      z.object({ state: z.literal('failed'), why: z.string() }),
    ]),
    advisories: z.object({
      kind: z.string().describe('starter: the built-in set of well-known flaws alone'),
      builtAt: z.string(),
      records: z.int(),
    }),
    tonight: z.array(tonightSchema).describe('what to do first, at most three'),
    images: z.array(imageSchema).describe('what runs; without an engine, this machine; the most dangerous first'),
    data: z.object({
      findings: z
        .array(
          z.object({
            rule: z.string(),
            title: z.string(),
            severity: severitySchema,
            container: z.string().nullable(),
            image: z.string().nullable(),
            path: z.string(),
            evidence: z.string(),
            fix: z.string().describe('commands that can be pasted'),
          }),
        )
        .describe('data that would be lost and what else endangers it, most urgent first'),
      unkept: z
        .array(z.object({ volume: z.string(), sizeBytes: z.int().optional(), containers: z.array(z.string()) }))
        .describe('volumes with data of which no snapshot is on the record'),
      volumes: z.int(),
    }),
    containers: z
      .array(
        z.object({
          name: z.string(),
          image: z.string(),
          reasons: z.array(
            z.object({
              rule: z.string(),
              title: z.string(),
              severity: severitySchema,
              sentence: z.string(),
              fix: z.string().optional(),
            }),
          ),
        }),
      )
      .describe('how each container is run: those with the worst reasons first'),
    host: z.object({
      failed: z.array(
        z.object({
          check: z.string(),
          cis: z.string(),
          title: z.string(),
          severity: severitySchema,
          sentence: z.string(),
          fix: z.string(),
        }),
      ),
      passed: z.int(),
      unknown: z.int().describe('could not be looked at'),
      manual: z.int().describe('only a person can say'),
    }),
    looked: z.array(lookedAtSchema).describe('what was looked at, and what was not'),
    problems: z.array(volumeProblemSchema).describe('what could not be read'),
  })
  .meta({ id: 'DoctorReport' });

export type DoctorReport = z.infer<typeof doctorReportSchema>;
