import type { Position } from '#core/position.ts';
import type { Container } from '#workload/model/container.ts';
import type { Known, Setting } from '#workload/model/setting.ts';

export type DialectId = 'docker' | 'compose' | 'kubernetes' | 'ecs';

/** Containers that are started, placed and ended together, as one document says it. */
export interface Workload {
  readonly dialect: DialectId;
  /** Unique in its document: `container/web`, `service/db`, `Deployment/shop/web`, `task/web`. */
  readonly name: string;
  readonly at: Position;
  readonly containers: readonly Container[];
  /** Kubernetes: where it runs; unset means whatever the client's context says. */
  readonly namespace?: Setting<string>;
  /** Labels of what runs, by which services and policies find it. */
  readonly labels: ReadonlyMap<string, string>;
  /** How many run at once. */
  readonly replicas?: Setting<number>;
  /** It is meant to end: a Job. */
  readonly ends?: true;
  /** Every replica has volumes of its own. */
  readonly ownVolumes?: true;
  /** Kubernetes: whether its containers get a token for the API server, and whose. */
  readonly serviceAccountToken?: Setting<boolean>;
  readonly serviceAccount?: string;
  /** ECS: what its roles are, and what it runs on. */
  readonly task?: TaskFacts;
}

export interface TaskFacts {
  readonly fargate: boolean;
  readonly taskRole?: Setting<string>;
  readonly executionRole?: Setting<string>;
  /** CPU units and MiB of the task as a whole. */
  readonly cpu?: Setting<number>;
  readonly memoryMib?: Setting<number>;
}

/** Rights in a cluster: a Role or ClusterRole. */
export interface RoleFacts {
  /** `ClusterRole/reader`, `Role/shop/reader`. */
  readonly name: string;
  readonly at: Position;
  readonly rules: readonly RoleRule[];
}

export interface RoleRule {
  readonly at: Position;
  readonly groups: readonly string[];
  readonly resources: readonly Known<string>[];
  /** Only these objects; none means all. */
  readonly objects: readonly string[];
  readonly verbs: readonly Known<string>[];
  readonly addresses: readonly string[];
}

/** Who gets a role. */
export interface BindingFacts {
  readonly name: string;
  readonly at: Position;
  /** `ClusterRole/cluster-admin`. */
  readonly role: string;
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly at: Position }[];
}

/** What leads traffic to workloads: a Service of Kubernetes. */
export interface ServiceFacts {
  readonly name: string;
  readonly at: Position;
  readonly namespace: string;
  readonly type: Setting<string>;
  readonly selector: ReadonlyMap<string, string>;
  readonly ports: readonly number[];
  readonly externalAddresses: readonly Known<string>[];
  /** Whether only named ranges of addresses may come in. */
  readonly rangesOnly: boolean;
  /** Whether an annotation keeps its load balancer inside the provider's network. */
  readonly internal: boolean;
}

/** A NetworkPolicy, as far as it matters whom it concerns. */
export interface PolicyFacts {
  readonly namespace: string;
  /** Undefined where it selects by more than labels. */
  readonly selector: ReadonlyMap<string, string> | undefined;
}

/** Everything that one file, or several that are judged together, say. */
export interface Deployment {
  readonly workloads: readonly Workload[];
  /** Those of one file, by its path: what Compose and Docker run side by side. */
  readonly byFile: ReadonlyMap<string, readonly Workload[]>;
  /** Those of Kubernetes, by namespace. */
  readonly byNamespace: ReadonlyMap<string, readonly Workload[]>;
  readonly roles: readonly RoleFacts[];
  readonly bindings: readonly BindingFacts[];
  readonly services: readonly ServiceFacts[];
  readonly policies: readonly PolicyFacts[];
  /** Service accounts that hand out no tokens unless a pod asks: `shop/web`. */
  readonly tokenless: ReadonlySet<string>;
}
