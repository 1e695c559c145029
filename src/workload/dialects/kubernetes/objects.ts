import { field, items, text } from '#workload/document/fields.ts';
import type { Node } from '#workload/document/node.ts';

/** An object of Kubernetes' API. */
export interface KubernetesObject {
  readonly kind: string;
  readonly name: string;
  /** Undefined where it says nothing. */
  readonly namespace: string | undefined;
  /** `Deployment/shop/web`; without the namespace where there is none. */
  readonly title: string;
  readonly node: Node;
}

const MOST_OBJECTS = 10_000;

/** Whether a document is an object of Kubernetes' API. */
export function isObject(node: Node): boolean {
  return text(field(node, 'apiVersion')) !== undefined && text(field(node, 'kind')) !== undefined;
}

/** The objects of a document: itself, or what a list of any kind holds, however deep lists lie in lists. */
export function objectsOf(node: Node): readonly KubernetesObject[] {
  const found: KubernetesObject[] = [];
  const open: { readonly node: Node; readonly kind: string | undefined }[] = [{ node, kind: undefined }];
  for (let next = open.shift(); next !== undefined && found.length < MOST_OBJECTS; next = open.shift()) {
    // Items of a typed list, `PodList`, may leave out what they are.
    const kind = text(field(next.node, 'kind')) ?? next.kind;
    if (kind === undefined) continue;
    const list = field(next.node, 'items');
    if (kind.endsWith('List') && list?.kind === 'list') {
      const inner = kind === 'List' ? undefined : kind.slice(0, -'List'.length);
      open.unshift(...items(list).map((item) => ({ node: item, kind: inner })));
      continue;
    }
    found.push(objectOf(next.node, kind));
  }
  return found;
}

function objectOf(node: Node, kind: string): KubernetesObject {
  const metadata = field(node, 'metadata');
  const generated = text(field(metadata, 'generateName'));
  const name = text(field(metadata, 'name')) ?? (generated === undefined ? '(no name)' : `${generated}*`);
  const namespace = text(field(metadata, 'namespace'));
  return { kind, name, namespace, title: [kind, namespace, name].filter((part) => part !== undefined).join('/'), node };
}

/** Where the pod of a kind lies in it. */
const POD_PATHS: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ['template'],
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/**
 * The pod, or pod template, of an object: metadata and spec; undefined where it has none. Where a variable or the like
 * stands in the place of either, or on the way there, that is the spec.
 */
export function podOf({
  kind,
  node,
}: KubernetesObject): { readonly metadata: Node | undefined; readonly spec: Node } | undefined {
  const path = Object.hasOwn(POD_PATHS, kind) ? POD_PATHS[kind] : undefined;
  if (path === undefined) return undefined;
  let at: Node = node;
  for (const name of [...path, 'spec']) {
    const next = field(at, name);
    if (next === undefined) return undefined;
    if (next.kind !== 'map') return { metadata: undefined, spec: next };
    at = next;
  }
  return { metadata: field(node, ...path, 'metadata'), spec: at };
}
