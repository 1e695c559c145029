import { annotationsOf, misfitsIn, wholeNumber } from '#workload/dialects/kubernetes/pod-values.ts';
import { field, items, pairs, text, truth } from '#workload/document/fields.ts';
import { isNull, type Node, positionOf } from '#workload/document/node.ts';
import { type Known, known } from '#workload/model/setting.ts';
import type { ContainerFacts, PodFacts, SecurityFacts, VolumeFacts } from '#workload/pod-security/pod-facts.ts';

/** What the Pod Security Standards ask of a pod, as its `metadata` and `spec` say it. */
export function podFacts(metadata: Node | undefined, spec: Node): PodFacts {
  const security = field(spec, 'securityContext');
  return {
    at: positionOf(spec),
    misfits: misfitsIn(spec),
    annotations: annotationsOf(metadata),
    ...given('os', text(field(spec, 'os', 'name'))),
    ...given('hostUsers', flag(spec, 'hostUsers')),
    ...given('hostNetwork', flag(spec, 'hostNetwork')),
    ...given('hostPid', flag(spec, 'hostPID')),
    ...given('hostIpc', flag(spec, 'hostIPC')),
    security: securityFacts(security),
    sysctls: items(field(security, 'sysctls')).map((item) => known(text(field(item, 'name')) ?? '', positionOf(item))),
    volumes: items(field(spec, 'volumes')).map(volumeFacts),
    containers: containersOf(spec).map(({ node }) => containerFacts(node)),
  };
}

/** The containers of a pod's spec, in the order in which Kubernetes looks at them. */
export function containersOf(spec: Node): readonly { readonly node: Node; readonly role: 'main' | 'init' | 'debug' }[] {
  const of = (name: string, role: 'main' | 'init' | 'debug') =>
    items(field(spec, name)).map((node) => ({ node, role }));
  return [...of('initContainers', 'init'), ...of('containers', 'main'), ...of('ephemeralContainers', 'debug')];
}

function given<K extends string, T>(name: K, value: T | undefined): { readonly [key in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [key in K]?: T };
}

function flag(node: Node | undefined, name: string): Known<boolean> | undefined {
  const found = field(node, name);
  const value = truth(found);
  return found === undefined || value === undefined ? undefined : known(value, positionOf(found));
}

/** The text under a path whose map is there: empty where the map says nothing of it. */
function typeOf(node: Node | undefined): Known<string> | undefined {
  return node === undefined
    ? undefined
    : known(text(field(node, 'type')) ?? '', positionOf(field(node, 'type') ?? node));
}

function securityFacts(node: Node | undefined): SecurityFacts {
  const user = field(node, 'runAsUser');
  const number = wholeNumber(user);
  const seLinux = field(node, 'seLinuxOptions');
  const part = (name: string) => text(field(seLinux, name)) ?? '';
  return {
    ...given('runAsNonRoot', flag(node, 'runAsNonRoot')),
    ...given('runAsUser', user === undefined || number === undefined ? undefined : known(number, positionOf(user))),
    ...given('seccomp', typeOf(field(node, 'seccompProfile'))),
    ...given('appArmor', typeOf(field(node, 'appArmorProfile'))),
    ...given(
      'seLinux',
      seLinux === undefined
        ? undefined
        : { type: part('type'), user: part('user'), role: part('role'), at: positionOf(seLinux) },
    ),
    ...given('hostProcess', flag(field(node, 'windowsOptions'), 'hostProcess')),
  };
}

function volumeFacts(node: Node): VolumeFacts {
  return {
    name: text(field(node, 'name')) ?? '',
    at: positionOf(node),
    sources: pairs(node)
      .map(({ key }) => key.text)
      .filter((name) => name !== 'name'),
  };
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const HANDLERS = ['postStart', 'preStop'] as const;

function containerFacts(node: Node): ContainerFacts {
  const security = field(node, 'securityContext');
  const capabilities = field(security, 'capabilities');
  const procMount = field(security, 'procMount');
  const asked = [
    ...PROBES.map((name) => field(node, name)),
    ...HANDLERS.map((name) => field(node, 'lifecycle', name)),
  ].flatMap((probe) => [field(probe, 'httpGet', 'host'), field(probe, 'tcpSocket', 'host')]);
  return {
    name: text(field(node, 'name')) ?? '',
    at: positionOf(node),
    security: securityFacts(security),
    ...given('privileged', flag(security, 'privileged')),
    ...given('allowPrivilegeEscalation', flag(security, 'allowPrivilegeEscalation')),
    ...given('procMount', procMount === undefined ? undefined : known(text(procMount) ?? '', positionOf(procMount))),
    added: scalars(field(capabilities, 'add')),
    dropped: scalars(field(capabilities, 'drop')),
    hostPorts: items(field(node, 'ports')).flatMap((port) => {
      const host = field(port, 'hostPort');
      const value = wholeNumber(host);
      return host === undefined || value === undefined ? [] : [known(value, positionOf(host))];
    }),
    probeHosts: asked.flatMap((host) => (host === undefined ? [] : [known(text(host) ?? '', positionOf(host))])),
  };
}

/** The texts of a list; null is an empty one, as Kubernetes reads it. */
function scalars(node: Node | undefined): readonly Known<string>[] {
  if (node?.kind !== 'list') return [];
  return node.items.map((item) => known(item.kind === 'scalar' && !isNull(item) ? item.text : '', positionOf(item)));
}
