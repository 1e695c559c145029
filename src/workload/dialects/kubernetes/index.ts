import type { Dialect, DocumentReading } from '#workload/dialects/dialect.ts';
import { bindingOf, policyOf, roleOf, serviceOf, tokenlessOf } from '#workload/dialects/kubernetes/cluster.ts';
import { isObject, type KubernetesObject, objectsOf, podOf } from '#workload/dialects/kubernetes/objects.ts';
import { podFacts } from '#workload/dialects/kubernetes/pod-facts.ts';
import { workloadOf } from '#workload/dialects/kubernetes/workload.ts';
import { positionOf } from '#workload/document/node.ts';

/** Objects of Kubernetes' API, as they are applied. */
export const kubernetes: Dialect = {
  id: 'kubernetes',
  version: 1,
  title: 'Kubernetes objects',
  recognises: isObject,
  read: async (root) => ({ documents: objectsOf(root).map(documentOf) }),
};

function documentOf(object: KubernetesObject): DocumentReading {
  const pod = podOf(object);
  const role = roleOf(object);
  const binding = bindingOf(object);
  const service = serviceOf(object);
  const policy = policyOf(object);
  return {
    name: object.title,
    at: positionOf(object.node),
    workloads: pod?.spec.kind === 'map' ? [workloadOf(object, pod.metadata, pod.spec)] : [],
    ...(pod === undefined ? {} : { pod: () => podFacts(pod.metadata, pod.spec) }),
    roles: role === undefined ? [] : [role],
    bindings: binding === undefined ? [] : [binding],
    services: service === undefined ? [] : [service],
    policies: policy === undefined ? [] : [policy],
    tokenless: tokenlessOf(object),
  };
}
