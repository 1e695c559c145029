import * as z from 'zod/mini';
import { readOperatorFile } from '#app/policy/read-operator-file.ts';
import { HoldfastError } from '#core/errors.ts';
import { findingKey } from '#policy/finding-key.ts';

const MOST_BYTES = 256 * 1024 * 1024;

const report = z.object({
  schemaVersion: z.literal(1),
  findings: z.array(
    z.object({ id: z.string(), aliases: z.array(z.string()), package: z.object({ purl: z.string() }) }),
  ),
});
const reports = z.union([report, z.array(report)]);

/**
 * Keys of the findings of an earlier report (`holdfast scan --format json`), of one target or of several.
 * @throws `BASELINE_INVALID`, `FILE_UNREADABLE`, both of kind `usage`
 */
export function readBaseline(path: string): ReadonlySet<string> {
  const text = readOperatorFile(path, MOST_BYTES);
  const found = reports.safeParse(parse(text, path));
  if (!found.success) throw invalid(path, `${path} is no report of holdfast scan`);
  return new Set(
    [found.data]
      .flat()
      .flatMap(({ findings }) =>
        findings.flatMap(({ id, aliases, package: { purl } }) => [id, ...aliases].map((one) => findingKey(one, purl))),
      ),
  );
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(path, `${path} is no JSON`, cause);
  }
}

function invalid(path: string, message: string, cause?: unknown): HoldfastError {
  const hint = 'Make one with: holdfast scan IMAGE --format json=REPORT.json';
  return new HoldfastError('BASELINE_INVALID', message, { path, kind: 'usage', hint, cause });
}
