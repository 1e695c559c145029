import type { Judged } from '#core/judged.ts';
import type { Position } from '#core/position.ts';
import type { Reason } from '#core/reason.ts';
import type { DocumentReading } from '#workload/dialects/dialect.ts';
import type { Deployment } from '#workload/model/workload.ts';
import type { ReadDocument, WorkloadFile } from '#workload/read-workloads.ts';
import { fileOf, namespaceOf } from '#workload/rule.ts';
import { RUN_RULES } from '#workload/rules/list.ts';

/**
 * What the rules say of files that belong together: a policy or a service of one counts for the workloads of another.
 * One for each document, in the order of the files; problems of a file stand with its first. None for a file that says
 * nothing of what runs.
 */
export function judgeWorkloads(files: readonly WorkloadFile[]): readonly Judged[] {
  const all = deploymentOf(files);
  return files.flatMap((file): readonly Judged[] => {
    const { path } = file.source;
    const documents = file.documents.map((document) => ({
      path,
      kind: document.dialect,
      document: document.name,
      reasons: reasonsOf(document, all),
      problems: [],
    }));
    const [first, ...rest] = documents;
    if (first !== undefined) return [{ ...first, problems: file.problems }, ...rest];
    const [dialect] = file.dialects;
    if (dialect === undefined && file.problems.length === 0) return [];
    const kind = dialect ?? (file.state === 'template' ? 'template' : 'unknown');
    return [{ path, kind, reasons: [], problems: file.problems }];
  });
}

/** Everything that files say, as one. */
function deploymentOf(files: readonly WorkloadFile[]): Deployment {
  const documents = files.flatMap((file) => file.documents);
  const workloads = documents.flatMap((document) => document.workloads);
  const ofKubernetes = workloads.filter(({ dialect }) => dialect === 'kubernetes');
  return {
    workloads,
    byFile: groups(workloads, fileOf),
    byNamespace: groups(ofKubernetes, namespaceOf),
    roles: documents.flatMap(({ roles = [] }) => roles),
    bindings: documents.flatMap(({ bindings = [] }) => bindings),
    services: documents.flatMap(({ services = [] }) => services),
    policies: documents.flatMap(({ policies = [] }) => policies),
    tokenless: new Set(documents.flatMap(({ tokenless = [] }) => tokenless)),
  };
}

function groups<T>(list: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const grouped = new Map<string, T[]>();
  for (const one of list) {
    const key = keyOf(one);
    const group = grouped.get(key);
    if (group === undefined) grouped.set(key, [one]);
    else group.push(one);
  }
  return grouped;
}

/** At most so many of one document: whoever wrote more repeats himself. */
const MOST_REASONS = 500;

function reasonsOf(document: ReadDocument, all: Deployment): readonly Reason[] {
  const found = RUN_RULES.filter(({ dialects }) => dialects?.includes(document.dialect) ?? true).flatMap((rule) =>
    [...ofWorkloads(rule, document, all), ...(rule.document?.(document, all) ?? [])].map(
      ({ at, sentence, fix, severity, evidence }): Reason => ({
        rule: rule.id,
        severity: severity ?? rule.severity,
        sentence,
        positions: at,
        ...(fix === undefined ? {} : { fix }),
        ...(evidence === undefined ? {} : { evidence }),
      }),
    ),
  );
  return once(found, document)
    .sort((a, b) => lineOf(a) - lineOf(b))
    .slice(0, MOST_REASONS);
}

function ofWorkloads(rule: (typeof RUN_RULES)[number], { workloads }: DocumentReading, all: Deployment) {
  return workloads.flatMap((workload) => rule.workload?.(workload, all) ?? []);
}

/** What a pod sets for all of its containers is said once; what a container lacks is said at the container itself. */
function once(reasons: readonly Reason[], { workloads }: DocumentReading): Reason[] {
  const own = new Set(workloads.flatMap(({ containers }) => containers.map(({ at }) => placeOf(at))));
  const seen = new Set<string>();
  return reasons.filter((reason) => {
    const place = placeOf(reason.positions[0]);
    const key = own.has(place) ? `${reason.rule} ${place} ${reason.sentence}` : `${reason.rule} ${place}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function placeOf(at: Position | undefined): string {
  return at?.kind === 'file' ? `${at.path}:${at.line}:${at.column}` : JSON.stringify(at);
}

function lineOf({ positions: [at] }: Reason): number {
  return at?.kind === 'file' ? at.line * 10_000 + Math.min(at.column, 9999) : 0;
}
