import { cvss2BaseScore } from '#advisory/cvss/v2.ts';
import { cvss3BaseScore } from '#advisory/cvss/v3.ts';
import { cvss4BaseScore } from '#advisory/cvss/v4.ts';
import type { RatedSeverity, Severity } from '#core/severity.ts';

/** A score in the words of CVSS's qualitative scale (3.1 specification, 5); 0.0 is its "None". */
function levelOf(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'negligible';
}

function baseScore(vector: string): { readonly version: string; readonly score: number | undefined } {
  const prefix = /^CVSS:([0-9.]+)\//.exec(vector);
  const version = prefix?.[1] ?? '2.0';
  const metrics = vector.slice(prefix?.[0].length ?? 0);
  if (prefix === null || version === '2.0') return { version: '2.0', score: cvss2BaseScore(metrics) };
  if (version === '3.0' || version === '3.1') return { version, score: cvss3BaseScore(metrics) };
  return { version, score: version === '4.0' ? cvss4BaseScore(metrics) : undefined };
}

/** Rates a vector of CVSS 2.0, 3.0, 3.1 or 4.0 by its base score; undefined for anything else. */
export function rateCvss(vector: string): RatedSeverity | undefined {
  const { version, score } = baseScore(vector.trim());
  return score === undefined ? undefined : { level: levelOf(score), source: `cvss:${version}`, score };
}
