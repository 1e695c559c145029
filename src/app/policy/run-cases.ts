import { dirname, isAbsolute, join } from 'node:path';
import type { PolicyTested } from '#api/policy-report.ts';
import { parseTarget, type TargetKind } from '#app/parse-target.ts';
import type { CelThread } from '#app/policy/cel-thread.ts';
import { factsOfScan } from '#app/policy/facts-of-scan.ts';
import { loadNamedPolicy } from '#app/policy/load-policies.ts';
import { readOperatorFile } from '#app/policy/read-operator-file.ts';
import { readWaivers } from '#app/policy/read-waivers.ts';
import { statPath } from '#app/stat-path.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';
import { evaluate } from '#policy/evaluate.ts';
import { parseEvaluation } from '#policy/evaluation.ts';
import type { Facts } from '#policy/facts/facts.ts';
import { readFacts as factsOf } from '#policy/facts/read-facts.ts';
import { factsOfGiven } from '#policy/load/case-facts.ts';
import { type CaseFile, loadCases, type PolicyCase } from '#policy/load/load-cases.ts';
import type { Policy } from '#policy/policy.ts';
import { missingOf, reasonsOf, type Verdict } from '#policy/verdict.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

type Tested = PolicyTested['cases'][number];

export interface CaseDeps {
  /** Scans a target of a case. */
  readonly scan: (target: string, advisories: string | undefined, now: Date) => Promise<ScanReportInput>;
  readonly cel: () => Promise<CelThread>;
  readonly today: Date;
}

const MOST_FACTS_BYTES = 64 * 1024 * 1024;
const PATH_KINDS: ReadonlySet<TargetKind | 'bare'> = new Set([
  'docker-archive',
  'oci-archive',
  'oci',
  'dir',
  'rootfs',
  'sbom',
]);

/**
 * Judges the cases of one file. A subject that cannot be had is a case that fails.
 * @throws what is wrong with the file, its policies and its waivers, all of kind `usage`
 */
export async function runCases(file: string, text: string, deps: CaseDeps): Promise<readonly Tested[]> {
  const cases = loadCases(text, file);
  const beside = (name: string) => (isAbsolute(name) ? name : join(dirname(file), name));
  const policies: Policy[] = [];
  for (const name of cases.policies) {
    const path = beside(name);
    policies.push(await loadNamedPolicy(statPath(path) === undefined ? name : path));
  }
  const tested: Tested[] = [];
  for (const one of cases.cases) {
    const waivers = one.waivers.map(beside);
    const result = await judgeCase(one, cases, policies, waivers, beside, deps);
    tested.push(
      typeof result === 'string'
        ? { ...{ file, name: one.name, passed: false, expected: one.expect }, decision: null, faults: [result] }
        : compare(file, one, result),
    );
  }
  return tested;
}

async function judgeCase(
  one: PolicyCase,
  { now: said, advisories }: CaseFile,
  policies: readonly Policy[],
  waiverFiles: readonly string[],
  beside: (name: string) => string,
  deps: CaseDeps,
): Promise<Verdict | string> {
  const day = said === undefined ? undefined : new Date(Date.parse(said));
  const { subject, environment } = one;
  let now = day ?? deps.today;
  let facts: Facts;
  let baseline: ReadonlySet<string> | undefined;
  try {
    switch (subject.kind) {
      case 'given':
        facts = factsOfGiven(subject.given, environment ?? null, now.getTime());
        break;
      case 'image': {
        const database = advisories === undefined ? undefined : beside(advisories);
        const report = await deps.scan(targetBeside(subject.target, beside), database, now);
        facts = factsOfScan(report, { now, environment });
        break;
      }
      case 'facts': {
        const read = readFacts(beside(subject.file));
        facts = environment === undefined ? read.facts : inEnvironment(read.facts, environment);
        now = day ?? read.now ?? now;
        baseline = read.baseline;
      }
    }
  } catch (error) {
    const { code, message } = problemOf(error);
    return `it could not be judged: ${message} [${code}]`;
  }
  const { waivers } = readWaivers(waiverFiles, now);
  const withCel = policies.some(({ cel }) => cel !== undefined);
  const cel = withCel ? await (await deps.cel()).judge(policies, facts, now.getTime()) : new Map();
  return evaluate({ facts, policies, waivers, baseline, now: now.getTime(), cel });
}

function inEnvironment(facts: Facts, environment: string): Facts {
  return { ...facts, subject: { ...facts.subject, environment } };
}

/** Targets that are files lie beside the file of cases, too. */
function targetBeside(text: string, beside: (name: string) => string): string {
  const { kind, value } = parseTarget(text);
  if (kind === 'bare') return statPath(beside(value)) === undefined ? text : beside(value);
  return PATH_KINDS.has(kind) ? `${kind}:${beside(value)}` : text;
}

interface FactsFile {
  readonly facts: Facts;
  readonly now?: Date;
  readonly baseline?: ReadonlySet<string>;
}

/** Facts as `check --format facts` prints them, or a whole evaluation as the record keeps it. */
function readFacts(path: string): FactsFile {
  const text = readOperatorFile(path, MOST_FACTS_BYTES);
  const evaluation = parseEvaluation(text);
  if (evaluation !== undefined) {
    const { facts, now, baseline } = evaluation;
    return { facts, now: new Date(Date.parse(now)), ...(baseline === null ? {} : { baseline: new Set(baseline) }) };
  }
  try {
    return { facts: factsOf(JSON.parse(text)) };
  } catch (cause) {
    throw new HoldfastError('POLICY_TEST_INVALID', `${path} holds no facts`, {
      path,
      kind: 'usage',
      hint: 'Make them with: holdfast check IMAGE --format facts=FILE',
      cause,
    });
  }
}

function compare(file: string, one: PolicyCase, verdict: Verdict): Tested {
  const why = [...reasonsOf(verdict), ...missingOf(verdict)].map(({ rule, sentence }) => `${rule}: ${sentence}`);
  const faults = [
    ...(verdict.decision === one.expect
      ? []
      : [`it is ${verdict.decision}, not ${one.expect}${why[0] === undefined ? '' : ` (${why[0]})`}`]),
    ...differing('reasons', one.reasons, reasonsOf(verdict)),
    ...differing('warnings', one.warnings, verdict.warnings),
    ...differing('missing', one.missing, missingOf(verdict)),
  ];
  return {
    ...{ file, name: one.name, passed: faults.length === 0, expected: one.expect },
    ...{ decision: verdict.decision, faults },
  };
}

function differing(
  what: string,
  expected: readonly string[] | undefined,
  found: readonly { readonly rule: string }[],
): readonly string[] {
  if (expected === undefined) return [];
  const spoke = new Set(found.map(({ rule }) => rule));
  const absent = expected.filter((rule) => !spoke.has(rule));
  const more = [...spoke].filter((rule) => !expected.includes(rule));
  return [
    ...(absent.length === 0 ? [] : [`${what} lack ${absent.join(', ')}`]),
    ...(more.length === 0 ? [] : [`${what} also name ${more.join(', ')}`]),
  ];
}
