import type { KubernetesObject } from '#workload/dialects/kubernetes/objects.ts';
import { field, integer, items, pairs, settingOf, text, truth, words } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';
import type { BindingFacts, PolicyFacts, RoleFacts, ServiceFacts } from '#workload/model/workload.ts';

/** A Role or ClusterRole. */
export function roleOf({ kind, title, node }: KubernetesObject): RoleFacts | undefined {
  if (kind !== 'Role' && kind !== 'ClusterRole') return undefined;
  const texts = (list: Node | undefined) => words(list).map(({ value }) => value);
  return {
    name: title,
    at: positionOf(node),
    rules: items(field(node, 'rules')).map((rule) => ({
      at: positionOf(rule),
      groups: texts(field(rule, 'apiGroups')),
      resources: words(field(rule, 'resources')),
      objects: texts(field(rule, 'resourceNames')),
      verbs: words(field(rule, 'verbs')),
      addresses: texts(field(rule, 'nonResourceURLs')),
    })),
  };
}

/** A RoleBinding or ClusterRoleBinding. */
export function bindingOf({ kind, title, node }: KubernetesObject): BindingFacts | undefined {
  if (kind !== 'RoleBinding' && kind !== 'ClusterRoleBinding') return undefined;
  const role = field(node, 'roleRef');
  return {
    name: title,
    at: positionOf(node),
    role: `${text(field(role, 'kind')) ?? ''}/${text(field(role, 'name')) ?? ''}`,
    subjects: items(field(node, 'subjects')).map((subject) => ({
      kind: text(field(subject, 'kind')) ?? '',
      name: text(field(subject, 'name')) ?? '',
      at: positionOf(subject),
    })),
  };
}

/** A Service. */
export function serviceOf({ kind, title, namespace, node }: KubernetesObject): ServiceFacts | undefined {
  if (kind !== 'Service') return undefined;
  const spec = field(node, 'spec');
  const annotations = pairs(field(node, 'metadata', 'annotations'));
  return {
    name: title,
    at: positionOf(node),
    namespace: namespace ?? 'default',
    type: settingOf(field(spec, 'type'), text),
    selector: labelsOf(field(spec, 'selector')),
    ports: items(field(spec, 'ports')).flatMap((port) => integer(field(port, 'port')) ?? []),
    externalAddresses: words(field(spec, 'externalIPs')),
    rangesOnly: items(field(spec, 'loadBalancerSourceRanges')).some((range) => text(range) !== '0.0.0.0/0'),
    internal: annotations.some(
      ({ key, value }) => /internal/i.test(key.text) && !/^(?:false|no|0\.0\.0\.0\/0)$/i.test(text(value) ?? 'no'),
    ),
  };
}

/** A NetworkPolicy. */
export function policyOf({ kind, namespace, node }: KubernetesObject): PolicyFacts | undefined {
  if (kind !== 'NetworkPolicy') return undefined;
  const selector = field(node, 'spec', 'podSelector');
  const byLabels = items(field(selector, 'matchExpressions')).length === 0;
  return {
    namespace: namespace ?? 'default',
    selector: byLabels ? labelsOf(field(selector, 'matchLabels')) : undefined,
  };
}

/** A ServiceAccount that hands out no tokens. */
export function tokenlessOf({ kind, name, namespace, node }: KubernetesObject): readonly string[] {
  if (kind !== 'ServiceAccount' || truth(field(node, 'automountServiceAccountToken')) !== false) return [];
  return [`${namespace ?? 'default'}/${name}`];
}

/** A map of words. */
export function labelsOf(node: Node | undefined): ReadonlyMap<string, string> {
  return new Map(pairs(node).flatMap(({ key, value }) => (value.kind === 'scalar' ? [[key.text, value.text]] : [])));
}
