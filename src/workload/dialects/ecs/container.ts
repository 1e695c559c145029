import { mountsOf } from '#workload/dialects/ecs/mounts.ts';
import { goField } from '#workload/dialects/go-fields.ts';
import { securityOptions } from '#workload/dialects/security-options.ts';
import { sharing } from '#workload/dialects/sharing.ts';
import { integer, items, settingOf, text, truth, word, words } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';
import type { Container, PublishedPort } from '#workload/model/container.ts';
import { known, type Setting } from '#workload/model/setting.ts';

/** A container of a task. */
export function taskContainer(node: Node, task: Node, fargate: boolean): Container {
  const of = (key: string) => goField(node, key);
  const linux = of('linuxParameters');
  const mode = text(goField(task, 'networkMode')) ?? (fargate ? 'awsvpc' : 'bridge');
  const shares = (key: string) => sharing(goField(task, key));
  const limit = (key: string): Setting<string> => {
    const own = of(key);
    return settingOf(
      (integer(own) ?? (own?.kind === 'scalar' ? 0 : 1)) > 0 && own !== undefined ? own : goField(task, key),
      text,
    );
  };
  const options = securityOptions(words(of('dockerSecurityOptions')));
  return {
    name: text(of('name')) ?? '(no name)',
    at: positionOf(node),
    role: 'main',
    image: settingOf(of('image'), text),
    words: [...words(of('entryPoint')), ...words(of('command'))].map(({ value }) => value),
    user: settingOf(of('user'), text),
    nonRoot: undefined,
    privileged: settingOf(of('privileged'), truth),
    addedCapabilities: words(goField(linux, 'capabilities', 'add')),
    droppedCapabilities: words(goField(linux, 'capabilities', 'drop')),
    ...options,
    // Fargate has no such option, and decides by itself.
    noNewPrivileges: options.noNewPrivileges ?? (fargate ? { state: 'unknown', at: positionOf(node) } : undefined),
    readOnlyRoot: settingOf(of('readonlyRootFilesystem'), truth),
    host: {
      network: shares('networkMode'),
      pid: shares('pidMode'),
      ipc: shares('ipcMode'),
      uts: undefined,
      user: undefined,
    },
    sysctls: items(of('systemControls')).flatMap((control) => word(goField(control, 'namespace'))),
    devices: items(goField(linux, 'devices')).flatMap((device) => {
      const path = text(goField(device, 'hostPath'));
      return path === undefined ? [] : [known(path, positionOf(device))];
    }),
    mounts: mountsOf(node, task),
    ports: mode === 'bridge' || mode === 'host' ? items(of('portMappings')).map((port) => portOf(port, mode)) : [],
    networks: [],
    defaultNetwork: mode === 'bridge' ? known(true, positionOf(goField(task, 'networkMode') ?? task)) : undefined,
    environment: items(of('environment')).flatMap((variable) => {
      const name = text(goField(variable, 'name'));
      const value = goField(variable, 'value');
      if (name === undefined) return [];
      return [{ name, value: value?.tag === undefined ? text(value) : undefined, at: positionOf(value ?? variable) }];
    }),
    memoryLimit: limit('memory'),
    cpuLimit: limit('cpu'),
    pidsLimit: undefined,
    healthChecked: healthOf(of('healthCheck')),
  };
}

function portOf(port: Node, mode: string): PublishedPort {
  const container = integer(goField(port, 'containerPort'));
  const host = integer(goField(port, 'hostPort'));
  return {
    container,
    host: mode === 'host' ? (host ?? container) : host === 0 ? undefined : host,
    address: undefined,
    at: positionOf(port),
  };
}

function healthOf(node: Node | undefined): Setting<boolean> {
  if (node === undefined) return undefined;
  return known(words(goField(node, 'command'))[0]?.value !== 'NONE', positionOf(node));
}
