import { closeSync, openSync, readSync } from 'node:fs';
import * as z from 'zod/mini';
import type { ScanReport } from '#api/scan-report.ts';
import { readOperatorFile } from '#app/policy/read-operator-file.ts';
import { readable, statPath } from '#app/stat-path.ts';
import { HoldfastError } from '#core/errors.ts';
import { SEVERITIES } from '#core/severity.ts';

const MOST_BYTES = 256 * 1024 * 1024;
const HEAD_BYTES = 4096;

const text = z.string();
const texts = z.array(text);
const schema = z.object({
  schemaVersion: z.literal(1),
  createdAt: text,
  target: z.looseObject({
    reference: text,
    kind: text,
    os: z.optional(z.object({ id: text, versionId: text, name: text })),
    base: z.optional(z.looseObject({ name: z.optional(text), digest: z.optional(text) })),
    size: z.optional(z.object({ bytes: z.number(), of: z.enum(['compressed', 'uncompressed', 'unpacked']) })),
    config: z.optional(
      z.object({
        created: z.optional(text),
        user: z.optional(text),
        ...{ entrypoint: texts, command: texts, ports: texts, volumes: texts },
      }),
    ),
  }),
  advisories: z.object({ kind: z.enum(['none', 'starter', 'full']), builtAt: z.optional(text) }),
  packages: z.array(z.looseObject({ name: text, version: text, type: text, purl: text })),
  findings: z.array(
    z.looseObject({
      ...{ id: text, aliases: texts, severity: z.enum(SEVERITIES), fixedVersions: texts },
      package: z.looseObject({ name: text, version: text, type: text, purl: text }),
    }),
  ),
  coverage: z.array(z.object({ subject: text, state: text, packages: z.number(), reason: text })),
  problems: z.array(z.looseObject({ code: text, message: text })),
});

/**
 * A report of `holdfast scan --format json`, where a path names one; undefined for everything else, which is to be scanned.
 * @throws `REPORT_INVALID`, `FILE_UNREADABLE`, both of kind `usage`
 */
export function readReport(path: string): ScanReport | undefined {
  if (statPath(path)?.isFile() !== true || !looksLikeReport(path)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readOperatorFile(path, MOST_BYTES));
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    throw invalid(path, 'it is no JSON', cause);
  }
  const several = Array.isArray(value);
  const [only, ...others] = several ? (value as readonly unknown[]) : [value];
  if (others.length > 0) throw invalid(path, `it holds ${others.length + 1} reports`);
  const found = schema.safeParse(only);
  if (!found.success) throw invalid(path, 'it is no report of holdfast scan');
  return only as ScanReport;
}

/** Our reports begin with their version; SBOMs, which are JSON as well, do not. */
function looksLikeReport(path: string): boolean {
  const fd = readable(path, () => openSync(path, 'r'));
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return /^\uFEFF?\s*\[?\s*\{\s*"schemaVersion"\s*:/.test(head.toString('utf8', 0, readSync(fd, head)));
  } finally {
    closeSync(fd);
  }
}

function invalid(path: string, why: string, cause?: unknown): HoldfastError {
  return new HoldfastError('REPORT_INVALID', `${path} cannot be compared: ${why}`, {
    path,
    kind: 'usage',
    hint: 'Make one of one target with: holdfast scan IMAGE --format json=REPORT.json',
    cause,
  });
}
