import { type Figures, parseMetrics, weigh } from '#advisory/cvss/metrics.ts';

const REQUIRED = { AV: 'LAN', AC: 'HML', Au: 'MSN', C: 'NPC', I: 'NPC', A: 'NPC' };

const FIGURES: Figures = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: { P: 0.275, C: 0.66 },
  I: { P: 0.275, C: 0.66 },
  A: { P: 0.275, C: 0.66 },
};

/** The base score of a CVSS 2.0 vector, with or without parentheses (CVSS v2 guide, 3.2.1); undefined if it is none. */
export function cvss2BaseScore(vector: string): number | undefined {
  const bare = vector.startsWith('(') && vector.endsWith(')') ? vector.slice(1, -1) : vector;
  const metrics = parseMetrics(bare, REQUIRED);
  if (metrics === undefined) return undefined;
  const of = (name: string) => weigh(metrics, name, FIGURES);
  const impact = 10.41 * (1 - (1 - of('C')) * (1 - of('I')) * (1 - of('A')));
  const exploitability = 20 * of('AV') * of('AC') * of('Au');
  const score = impact === 0 ? 0 : (0.6 * impact + 0.4 * exploitability - 1.5) * 1.176;
  return Math.round(score * 10) / 10;
}
