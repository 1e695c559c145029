import { type Metrics, parseMetrics } from '#advisory/cvss/metrics.ts';

/** Base metrics, values from the worst on: a step to the right is a severity distance of one. */
const REQUIRED: Readonly<Record<string, string>> = {
  AV: 'NALP',
  AC: 'LH',
  AT: 'NP',
  PR: 'NLH',
  UI: 'NPA',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'HLN',
  SI: 'HLN',
  SA: 'HLN',
};

/**
 * Scores of the MacroVectors that base metrics can reach, threat and requirements at their worst (CVSS 4.0
 * specification, 8.3 and its table). A row for EQ1 and EQ2; in it EQ3 with EQ6, each for EQ4 = 1 and 2.
 */
const SCORES: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
  '00': { '00': [10, 9.3], '01': [9.6, 9], '10': [9.3, 8.8], '11': [9.2, 8], '21': [7.9, 6.9] },
  '01': { '00': [9.5, 9.2], '01': [9.1, 8.1], '10': [9.2, 8.4], '11': [8.2, 7], '21': [7.1, 6.3] },
  '10': { '00': [9.4, 8.7], '01': [8.9, 7.5], '10': [8.6, 7.2], '11': [7.6, 5.7], '21': [6.5, 5.3] },
  '11': { '00': [9, 7.7], '01': [7.7, 6.6], '10': [7.4, 6.1], '11': [5.9, 5.2], '21': [5.8, 2.3] },
  '20': { '00': [8.6, 7], '01': [7.4, 5.4], '10': [7.2, 5.3], '11': [5.7, 3.6], '21': [4.7, 2.4] },
  '21': { '00': [7.3, 5.4], '01': [5.5, 4.3], '10': [6.1, 4.6], '11': [5.1, 1.8], '21': [2.4, 1] },
};

interface MacroVector {
  readonly eq1: number;
  readonly eq2: number;
  /** EQ3 and EQ6, which depend on each other. */
  readonly eq36: '00' | '01' | '10' | '11' | '21';
  readonly eq4: 1 | 2;
}

/** Worst vectors of each equation's level, and how far the level goes down from there (specification, 8.2). */
const EQ1 = [
  { worst: ['AV:N/PR:N/UI:N'], depth: 1 },
  { worst: ['AV:A/PR:N/UI:N', 'AV:N/PR:L/UI:N', 'AV:N/PR:N/UI:P'], depth: 4 },
  { worst: ['AV:P/PR:N/UI:N', 'AV:A/PR:L/UI:P'], depth: 5 },
];
const EQ2 = [
  { worst: ['AC:L/AT:N'], depth: 1 },
  { worst: ['AC:H/AT:N', 'AC:L/AT:P'], depth: 2 },
];
const EQ36: Readonly<Record<string, Level>> = {
  '00': { worst: ['VC:H/VI:H/VA:H'], depth: 7 },
  '10': { worst: ['VC:L/VI:H/VA:H', 'VC:H/VI:L/VA:H'], depth: 8 },
  '21': { worst: ['VC:L/VI:L/VA:L'], depth: 10 },
};
const EQ4: Readonly<Record<number, Level>> = {
  1: { worst: ['SC:H/SI:H/SA:H'], depth: 5 },
  2: { worst: ['SC:L/SI:L/SA:L'], depth: 4 },
};
const LOWER_EQ36: Readonly<Record<string, readonly MacroVector['eq36'][]>> = { '00': ['01', '10'], '10': ['11'] };

interface Level {
  readonly worst: readonly string[];
  readonly depth: number;
}

function macroVector(metrics: Metrics): MacroVector {
  const is = (part: string) => metrics.get(part.slice(0, 2)) === part.slice(3);
  const open = ['AV:N', 'PR:N', 'UI:N'].filter(is).length;
  const high = ['VC:H', 'VI:H', 'VA:H'].some(is);
  return {
    eq1: open === 3 ? 0 : open > 0 && !is('AV:P') ? 1 : 2,
    eq2: is('AC:L') && is('AT:N') ? 0 : 1,
    eq36: is('VC:H') && is('VI:H') ? '00' : high ? '10' : '21',
    eq4: ['SC:H', 'SI:H', 'SA:H'].some(is) ? 1 : 2,
  };
}

function scoreOf({ eq1, eq2, eq36, eq4 }: MacroVector): number | undefined {
  return SCORES[`${eq1}${eq2}`]?.[eq36]?.[eq4 - 1];
}

/** Steps from a worst vector of the level that is worse than the metrics in every part. */
function distance(metrics: Metrics, level: Level | undefined): number {
  for (const worst of level?.worst ?? []) {
    const steps = worst.split('/').map((part) => {
      const name = part.slice(0, 2);
      const order = REQUIRED[name] ?? '';
      return order.indexOf(metrics.get(name) ?? '') - order.indexOf(part.slice(3));
    });
    if (steps.every((step) => step >= 0)) return steps.reduce((sum, step) => sum + step, 0);
  }
  return 0;
}

/**
 * The base score (CVSS-B) of a CVSS 4.0 vector given without its `CVSS:4.0/` (specification, 8.2): the MacroVector's
 * score, less the mean share of the way to the next lower ones. Threat, environmental and supplemental metrics change
 * nothing. Undefined if it is none.
 */
export function cvss4BaseScore(vector: string): number | undefined {
  const metrics = parseMetrics(vector, REQUIRED);
  if (metrics === undefined) return undefined;
  if (['VC', 'VI', 'VA', 'SC', 'SI', 'SA'].every((name) => metrics.get(name) === 'N')) return 0;
  const macro = macroVector(metrics);
  const score = scoreOf(macro) ?? 0;
  const lower36 = (LOWER_EQ36[macro.eq36] ?? []).map((eq36) => scoreOf({ ...macro, eq36 }) ?? 0);
  const ways: readonly { level: Level | undefined; lower: number | undefined }[] = [
    { level: EQ1[macro.eq1], lower: scoreOf({ ...macro, eq1: macro.eq1 + 1 }) },
    { level: EQ2[macro.eq2], lower: scoreOf({ ...macro, eq2: macro.eq2 + 1 }) },
    { level: EQ36[macro.eq36], lower: lower36.length === 0 ? undefined : Math.max(...lower36) },
    { level: EQ4[macro.eq4], lower: macro.eq4 === 1 ? scoreOf({ ...macro, eq4: 2 }) : undefined },
  ];
  let sum = 0;
  // Threat (EQ5) has a lower level too; attacks being reported, the vector stands at the top of it.
  let count = 1;
  for (const { level, lower } of ways) {
    if (lower === undefined || level === undefined) continue;
    sum += ((score - lower) * distance(metrics, level)) / level.depth;
    count += 1;
  }
  const exact = Math.min(Math.max(score - sum / count, 0), 10);
  return Math.round((exact + 1e-6) * 10) / 10;
}
