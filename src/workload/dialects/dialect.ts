import type { Problem } from '#core/errors.ts';
import type { Plugin } from '#core/plugin.ts';
import type { Position } from '#core/position.ts';
import type { Node } from '#workload/document/node.ts';
import type {
  BindingFacts,
  DialectId,
  PolicyFacts,
  RoleFacts,
  ServiceFacts,
  Workload,
} from '#workload/model/workload.ts';
import type { PodFacts } from '#workload/pod-security/pod-facts.ts';

/** A way to write down what runs. Pure, but for files that a document names. */
export interface Dialect extends Plugin {
  readonly id: DialectId;
  /** Whether a document is in it, by a glance at its top. */
  readonly recognises: (root: Node) => boolean;
  readonly read: (root: Node, context: ReadContext) => Promise<DialectReading>;
}

export interface ReadContext {
  /** The text of a file that a document names, by its path relative to the document; undefined where there is none. */
  readonly beside: (path: string) => Promise<string | undefined>;
  /** A variable of the shell that would deploy it. */
  readonly variable: (name: string) => string | undefined;
  /** Something could not be read: listed, and the work goes on. */
  readonly problem: (problem: Problem) => void;
}

/** What one document says; a list of objects counts as that many documents. */
export interface DialectReading {
  readonly documents: readonly DocumentReading[];
}

export interface DocumentReading {
  /** `Deployment/shop/web`, `service/db`. */
  readonly name: string;
  readonly at: Position;
  readonly workloads: readonly Workload[];
  readonly roles?: readonly RoleFacts[];
  readonly bindings?: readonly BindingFacts[];
  readonly services?: readonly ServiceFacts[];
  readonly policies?: readonly PolicyFacts[];
  readonly tokenless?: readonly string[];
  /** Kubernetes: the pod of it, as it is written. */
  readonly pod?: () => PodFacts;
}
