import type { DiscoveredContainer, Stack } from '#volume/discover/discovery.ts';

/** The stack that labels, or Podman's pod, put a container into. */
export function stackOf(
  labels: Readonly<Record<string, string>>,
  pod: string | undefined,
): Pick<Stack, 'name' | 'kind'> | undefined {
  const compose = labels['com.docker.compose.project'] ?? labels['io.podman.compose.project'];
  if (compose !== undefined && compose !== '') return { name: compose, kind: 'compose' };
  const swarm = labels['com.docker.stack.namespace'];
  if (swarm !== undefined && swarm !== '') return { name: swarm, kind: 'swarm' };
  return pod === undefined ? undefined : { name: pod.slice(0, 12), kind: 'pod' };
}

/** Every stack of the containers, by name. */
export function stacksOf(containers: readonly DiscoveredContainer[], pods: ReadonlySet<string>): readonly Stack[] {
  const names = [...new Set(containers.flatMap(({ stack }) => (stack === undefined ? [] : [stack])))].sort();
  return names.map((name): Stack => {
    const members = containers.filter(({ stack }) => stack === name);
    const swarm = members.some(({ labels }) => labels['com.docker.stack.namespace'] === name);
    return { name, kind: pods.has(name) ? 'pod' : swarm ? 'swarm' : 'compose', holdOrder: holdOrder(members) };
  });
}

/** Services that a compose label names: `db:service_healthy:false,cache:service_started:true`. */
function dependenciesOf({ labels }: DiscoveredContainer): readonly string[] {
  const text = labels['com.docker.compose.depends_on'] ?? '';
  return text
    .split(',')
    .map((one) => one.split(':', 1)[0] ?? '')
    .filter((one) => one !== '');
}

/** Ids, each before everything that it depends on; a circle is broken where it is met first. */
function holdOrder(members: readonly DiscoveredContainer[]): readonly string[] {
  const ready: string[] = [];
  const visited = new Set<string>();
  const visit = (container: DiscoveredContainer): void => {
    if (visited.has(container.id)) return;
    visited.add(container.id);
    for (const service of dependenciesOf(container)) {
      for (const other of members) if (other.composeService === service) visit(other);
    }
    ready.push(container.id);
  };
  for (const member of members) visit(member);
  return ready.reverse();
}
