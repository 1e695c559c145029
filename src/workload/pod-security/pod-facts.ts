import type { Position } from '#core/position.ts';
import type { Known } from '#workload/model/setting.ts';

/** What the Pod Security Standards look at, as it is written: nothing of it is a default. */
export interface PodFacts {
  /** `spec` itself: where what is missing would stand. */
  readonly at: Position;
  /** Values that a check asks for and Kubernetes would refuse: what the pod is, they leave open. */
  readonly misfits: readonly Misfit[];
  readonly annotations: readonly { readonly name: string; readonly value: string; readonly at: Position }[];
  /** `spec.os.name`. */
  readonly os?: string;
  readonly hostUsers?: Known<boolean>;
  readonly hostNetwork?: Known<boolean>;
  readonly hostPid?: Known<boolean>;
  readonly hostIpc?: Known<boolean>;
  /** Of the pod as a whole. */
  readonly security: SecurityFacts;
  readonly sysctls: readonly Known<string>[];
  readonly volumes: readonly VolumeFacts[];
  /** Init containers, containers, ephemeral containers. */
  readonly containers: readonly ContainerFacts[];
}

export interface Misfit {
  /** `spec.containers[0].securityContext.privileged`. */
  readonly path: string;
  /** What would fit. */
  readonly kind: 'flag' | 'number' | 'text' | 'list' | 'map';
  readonly at: Position;
}

export interface VolumeFacts {
  readonly name: string;
  readonly at: Position;
  /** `hostPath`, `emptyDir` …: its one key beside the name; none makes it an emptyDir. */
  readonly sources: readonly string[];
}

/** A security context, of a pod or of a container. */
export interface SecurityFacts {
  readonly runAsNonRoot?: Known<boolean>;
  readonly runAsUser?: Known<number>;
  /** `type`; empty where the profile is there without one. */
  readonly seccomp?: Known<string>;
  readonly appArmor?: Known<string>;
  readonly seLinux?: { readonly type: string; readonly user: string; readonly role: string; readonly at: Position };
  readonly hostProcess?: Known<boolean>;
}

export interface ContainerFacts {
  readonly name: string;
  readonly at: Position;
  readonly security: SecurityFacts;
  readonly privileged?: Known<boolean>;
  readonly allowPrivilegeEscalation?: Known<boolean>;
  readonly procMount?: Known<string>;
  readonly added: readonly Known<string>[];
  readonly dropped: readonly Known<string>[];
  /** Numbers of `ports[*].hostPort`. */
  readonly hostPorts: readonly Known<number>[];
  /** `host` of the probes’ and lifecycle handlers’ httpGet and tcpSocket. */
  readonly probeHosts: readonly Known<string>[];
}
