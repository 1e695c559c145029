import { type Figures, parseMetrics, weigh } from '#advisory/cvss/metrics.ts';

const REQUIRED = { AV: 'NALP', AC: 'LH', PR: 'NLH', UI: 'NR', S: 'UC', C: 'HLN', I: 'HLN', A: 'HLN' };

const FIGURES: Figures = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22 },
  I: { H: 0.56, L: 0.22 },
  A: { H: 0.56, L: 0.22 },
};
const SCOPE_UNCHANGED: Figures = { PR: { N: 0.85, L: 0.62, H: 0.27 } };
const SCOPE_CHANGED: Figures = { PR: { N: 0.85, L: 0.68, H: 0.5 } };

/** Rounds up to one decimal without the errors of binary fractions (CVSS 3.1 specification, appendix A). */
function roundUp(value: number): number {
  const scaled = Math.round(value * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}

/**
 * The base score of a CVSS 3.0 or 3.1 vector given without its `CVSS:3.x/` (specification, 7.1); temporal and
 * environmental metrics change nothing. Undefined if it is none.
 */
export function cvss3BaseScore(vector: string): number | undefined {
  const metrics = parseMetrics(vector, REQUIRED);
  if (metrics === undefined) return undefined;
  const of = (name: string) => weigh(metrics, name, FIGURES);
  const changed = metrics.get('S') === 'C';
  const base = 1 - (1 - of('C')) * (1 - of('I')) * (1 - of('A'));
  const impact = changed ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 : 6.42 * base;
  if (impact <= 0) return 0;
  const privileges = weigh(metrics, 'PR', changed ? SCOPE_CHANGED : SCOPE_UNCHANGED);
  const exploitability = 8.22 * of('AV') * of('AC') * privileges * of('UI');
  const sum = impact + exploitability;
  return roundUp(Math.min(changed ? 1.08 * sum : sum, 10));
}
