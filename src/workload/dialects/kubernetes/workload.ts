import { labelsOf } from '#workload/dialects/kubernetes/cluster.ts';
import { mountsOf } from '#workload/dialects/kubernetes/mounts.ts';
import type { KubernetesObject } from '#workload/dialects/kubernetes/objects.ts';
import { containersOf } from '#workload/dialects/kubernetes/pod-facts.ts';
import { field, integer, items, settingOf, text, truth, word, words } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';
import type { Container, PublishedPort, Variable } from '#workload/model/container.ts';
import type { Setting } from '#workload/model/setting.ts';
import type { Workload } from '#workload/model/workload.ts';

/** What runs by an object that has a pod or makes pods. */
export function workloadOf(object: KubernetesObject, metadata: Node | undefined, spec: Node): Workload {
  const { kind, title, node } = object;
  const claims = items(field(node, 'spec', 'volumeClaimTemplates')).flatMap(
    (claim) => text(field(claim, 'metadata', 'name')) ?? [],
  );
  const replicas = settingOf(field(node, 'spec', 'replicas'), integer);
  return {
    dialect: 'kubernetes',
    name: title,
    at: positionOf(node),
    containers: containersOf(spec).map((one) => containerOf(one.node, one.role, spec, claims)),
    namespace: settingOf(field(node, 'metadata', 'namespace'), text),
    labels: labelsOf(field(metadata, 'labels')),
    serviceAccountToken: settingOf(field(spec, 'automountServiceAccountToken'), truth),
    serviceAccount: text(field(spec, 'serviceAccountName')) ?? text(field(spec, 'serviceAccount')) ?? 'default',
    ...(replicas === undefined ? {} : { replicas }),
    ...(kind === 'Job' || kind === 'CronJob' ? { ends: true } : {}),
    ...(kind === 'StatefulSet' ? { ownVolumes: true } : {}),
  };
}

function containerOf(node: Node, role: Container['role'], spec: Node, claims: readonly string[]): Container {
  const own = field(node, 'securityContext');
  const ofPod = field(spec, 'securityContext');
  const either = (...path: readonly string[]) => field(own, ...path) ?? field(ofPod, ...path);
  const capabilities = field(own, 'capabilities');
  const limit = (name: string) =>
    settingOf(field(node, 'resources', 'limits', name) ?? field(spec, 'resources', 'limits', name), text);
  const privileged = settingOf(field(own, 'privileged'), truth);
  const hostProcess = settingOf(either('windowsOptions', 'hostProcess'), truth);
  return {
    name: text(field(node, 'name')) ?? '(no name)',
    at: positionOf(node),
    role,
    image: settingOf(field(node, 'image'), text),
    words: [...words(field(node, 'command')), ...words(field(node, 'args'))].map(({ value }) => value),
    user: settingOf(either('runAsUser'), text),
    nonRoot: settingOf(either('runAsNonRoot'), truth),
    privileged: hostProcess?.state === 'known' && hostProcess.value ? hostProcess : privileged,
    addedCapabilities: words(field(capabilities, 'add')),
    droppedCapabilities: words(field(capabilities, 'drop')),
    seccomp: settingOf(either('seccompProfile', 'type'), profileOf),
    appArmor: settingOf(either('appArmorProfile', 'type'), profileOf),
    seLinuxOff: settingOf(either('seLinuxOptions', 'type'), (type) => text(type) === 'spc_t'),
    noNewPrivileges: settingOf(field(own, 'allowPrivilegeEscalation'), (given) => {
      const allowed = truth(given);
      return allowed === undefined ? undefined : !allowed;
    }),
    procUnmasked: settingOf(field(own, 'procMount'), (given) => text(given) === 'Unmasked'),
    readOnlyRoot: settingOf(field(own, 'readOnlyRootFilesystem'), truth),
    host: {
      network: settingOf(field(spec, 'hostNetwork'), truth),
      pid: settingOf(field(spec, 'hostPID'), truth),
      ipc: settingOf(field(spec, 'hostIPC'), truth),
      uts: undefined,
      user: settingOf(field(spec, 'hostUsers'), truth),
    },
    sysctls: items(field(ofPod, 'sysctls')).flatMap((item) => word(field(item, 'name'))),
    devices: [],
    mounts: mountsOf(node, spec, claims),
    ports: items(field(node, 'ports')).flatMap(hostPortOf),
    networks: [],
    defaultNetwork: undefined,
    environment: items(field(node, 'env')).flatMap(variableOf),
    memoryLimit: limit('memory'),
    cpuLimit: limit('cpu'),
    pidsLimit: undefined,
    healthChecked: healthOf(node),
  };
}

function profileOf(node: Node): string | undefined {
  const type = text(node);
  return type === 'Unconfined' ? 'unconfined' : type === 'RuntimeDefault' ? 'default' : type;
}

function healthOf(node: Node): Setting<boolean> {
  const probe = field(node, 'livenessProbe') ?? field(node, 'readinessProbe') ?? field(node, 'startupProbe');
  return settingOf(probe, () => true);
}

function hostPortOf(port: Node): readonly PublishedPort[] {
  const host = integer(field(port, 'hostPort'));
  if (host === undefined || host === 0) return [];
  const address = text(field(port, 'hostIP'));
  return [
    {
      container: integer(field(port, 'containerPort')),
      host,
      address: address === '' ? undefined : address,
      at: positionOf(field(port, 'hostPort') ?? port),
    },
  ];
}

function variableOf(node: Node): readonly Variable[] {
  const name = text(field(node, 'name'));
  if (name === undefined) return [];
  const value = field(node, 'value');
  return [{ name, value: text(value), at: positionOf(value ?? node) }];
}
