import type { Position } from '#core/position.ts';
import type { RuleFacts, RuleReference } from '#core/rule.ts';
import type { Severity } from '#core/severity.ts';
import type { DocumentReading } from '#workload/dialects/dialect.ts';
import type { Container } from '#workload/model/container.ts';
import { valueIn } from '#workload/model/setting.ts';
import type { Deployment, DialectId, Workload } from '#workload/model/workload.ts';

/** What a rule found wrong in one place. */
export interface Found {
  /** The best first. */
  readonly at: readonly Position[];
  readonly sentence: string;
  readonly fix?: string;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity;
  readonly evidence?: string;
}

/** A check of how something is run. */
export interface RunRule extends RuleFacts {
  /** The only ones in which it can be asked; absent: all. */
  readonly dialects?: readonly DialectId[];
  /** A document that it speaks of, and the same when it is mended: Compose, Kubernetes, or a task definition. */
  readonly bad: string;
  readonly good: string;
  /** Of each workload. */
  readonly workload?: (workload: Workload, all: Deployment) => readonly Found[];
  /** Of each document that is something else: a role, a service. */
  readonly document?: (document: DocumentReading, all: Deployment) => readonly Found[];
}

/** CIS Docker Benchmark 1.6. */
export const cis = (id: string): RuleReference => ({ standard: 'cis-docker', id });
/** NIST SP 800-190, section 4. */
export const nist = (id: string): RuleReference => ({ standard: 'nist-800-190', id });
/** `baseline:privileged`. */
export const pss = (id: string): RuleReference => ({ standard: 'pss', id });
/** PCI DSS 4. */
export const pci = (id: string): RuleReference => ({ standard: 'pci-dss-4', id, unconfirmed: true });
/** Trust Services Criteria. */
export const soc = (id: string): RuleReference => ({ standard: 'soc-2', id, unconfirmed: true });

/** What a rule finds in each container of a workload. */
export function inContainers(
  workload: Workload,
  judge: (container: Container) => readonly Found[] | Found | undefined,
): readonly Found[] {
  return workload.containers.flatMap((container) => judge(container) ?? []);
}

/** Containers that keep running: those that prepare the others and those that look into them are left out. */
export function inServers(
  workload: Workload,
  judge: (container: Container) => readonly Found[] | Found | undefined,
): readonly Found[] {
  return inContainers(workload, (container) => (container.role === 'main' ? judge(container) : undefined));
}

/** A container as sentences call it. */
export function who({ name }: Container): string {
  return `Container ${name}`;
}

/** The file that a workload stands in. */
export function fileOf({ at }: Workload): string {
  return at.kind === 'file' ? at.path : '';
}

/** The namespace that a workload of Kubernetes runs in, as far as it says so. */
export function namespaceOf({ namespace }: Workload): string {
  return valueIn(namespace) ?? 'default';
}

/** Workloads of the same file, in the same dialect. */
export function neighbours(workload: Workload, { byFile }: Deployment): readonly Workload[] {
  return (byFile.get(fileOf(workload)) ?? []).filter(({ dialect }) => dialect === workload.dialect);
}
