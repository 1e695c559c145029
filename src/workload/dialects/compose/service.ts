import type { Position } from '#core/position.ts';
import { commandWords } from '#workload/dialects/command-words.ts';
import { assignments } from '#workload/dialects/compose/merge.ts';
import { mountsOf, type VolumeKinds } from '#workload/dialects/compose/mounts.ts';
import { portOf } from '#workload/dialects/published-ports.ts';
import { securityOptions } from '#workload/dialects/security-options.ts';
import { sharing } from '#workload/dialects/sharing.ts';
import { field, integer, items, settingOf, text, truth, words } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';
import type { Container, PublishedPort, Variable } from '#workload/model/container.ts';
import { type Known, known, type Setting } from '#workload/model/setting.ts';

/** A service as a container. */
export function serviceContainer(name: string, at: Position, service: Node, volumes: VolumeKinds): Container {
  const limits = field(service, 'deploy', 'resources', 'limits');
  const mode = text(field(service, 'network_mode'));
  const networks = namesOf(field(service, 'networks'));
  const onDefault = mode === undefined && field(service, 'networks') === undefined;
  const shares = (key: string) => sharing(field(service, key));
  const first = (...nodes: readonly (Node | undefined)[]) =>
    settingOf(
      nodes.find((node) => node !== undefined),
      text,
    );
  return {
    name,
    at,
    role: 'main',
    image: settingOf(field(service, 'image'), text),
    words: [...wordsOf(field(service, 'entrypoint')), ...wordsOf(field(service, 'command'))],
    user: settingOf(field(service, 'user'), text),
    nonRoot: undefined,
    privileged: settingOf(field(service, 'privileged'), truth),
    addedCapabilities: words(field(service, 'cap_add')),
    droppedCapabilities: words(field(service, 'cap_drop')),
    ...securityOptions(words(field(service, 'security_opt'))),
    readOnlyRoot: settingOf(field(service, 'read_only'), truth),
    host: {
      network: shares('network_mode'),
      pid: shares('pid'),
      ipc: shares('ipc'),
      uts: shares('uts'),
      user: shares('userns_mode'),
    },
    sysctls: namesOf(field(service, 'sysctls')),
    devices: items(field(service, 'devices')).flatMap(deviceOf),
    mounts: mountsOf(service, volumes),
    ports: items(field(service, 'ports')).map(servicePort),
    networks: onDefault ? ['default'] : networks.map(({ value }) => value),
    defaultNetwork:
      onDefault || mode === 'bridge' ? known(true, positionOf(field(service, 'network_mode') ?? service)) : undefined,
    environment: environmentOf(field(service, 'environment')),
    memoryLimit: first(field(limits, 'memory'), field(service, 'mem_limit')),
    cpuLimit: first(
      field(limits, 'cpus'),
      ...['cpus', 'cpu_quota', 'cpu_shares', 'cpu_count', 'cpu_percent'].map((key) => field(service, key)),
    ),
    pidsLimit: first(field(limits, 'pids'), field(service, 'pids_limit')),
    healthChecked: healthOf(field(service, 'healthcheck')),
  };
}

/** A list of words, or one line of them. */
function wordsOf(node: Node | undefined): readonly string[] {
  return node?.kind === 'list' ? words(node).map(({ value }) => value) : commandWords(text(node) ?? '');
}

/** The names in a map, or in a list of names or of `NAME=value`. */
function namesOf(node: Node | undefined): readonly Known<string>[] {
  const map = node?.kind === 'list' ? assignments(node) : node;
  return map?.kind === 'map' ? map.pairs.map(({ key }) => known(key.text, positionOf(key))) : [];
}

function deviceOf(node: Node): readonly Known<string>[] {
  const path = text(node)?.split(':')[0] ?? text(field(node, 'source'));
  return path === undefined ? [] : [known(path, positionOf(node))];
}

function servicePort(node: Node): PublishedPort {
  const at = positionOf(node);
  if (node.kind === 'scalar') return portOf(node.text, at);
  const published = portOf(`${text(field(node, 'published')) ?? ''}:0`, at).host;
  return { container: integer(field(node, 'target')), host: published, address: text(field(node, 'host_ip')), at };
}

function environmentOf(node: Node | undefined): readonly Variable[] {
  const map = node?.kind === 'list' ? assignments(node) : node;
  if (map?.kind !== 'map') return [];
  const last = new Map(map.pairs.map((pair) => [pair.key.text, pair]));
  return [...last.values()].map(({ key, value }) => ({
    name: key.text,
    value: value.tag === undefined ? text(value) : undefined,
    at: positionOf(value.end > value.start ? value : key),
  }));
}

function healthOf(node: Node | undefined): Setting<boolean> {
  if (node === undefined) return undefined;
  const test = field(node, 'test');
  const off = truth(field(node, 'disable')) === true || text(items(test)[0] ?? test) === 'NONE';
  // Without a test it only changes how often the image's own is asked.
  return off || test !== undefined ? known(!off, positionOf(node)) : undefined;
}
