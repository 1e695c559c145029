import { commandWords } from '#workload/dialects/command-words.ts';
import { mountsOf } from '#workload/dialects/docker/mounts.ts';
import { goField } from '#workload/dialects/go-fields.ts';
import { securityOptions } from '#workload/dialects/security-options.ts';
import { sharing } from '#workload/dialects/sharing.ts';
import { integer, items, pairs, settingOf, text, truth, words } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';
import type { Container, PublishedPort, Variable } from '#workload/model/container.ts';
import { known, type Setting } from '#workload/model/setting.ts';

/** @param config the part about the process: the body itself, or `Config` of an inspected container */
export function dockerContainer(name: string, node: Node, config: Node | undefined, inspected: boolean): Container {
  const host = goField(node, 'HostConfig');
  const of = (key: string) => goField(host, key);
  const shares = (key: string) => sharing(of(key));
  const mode = text(of('NetworkMode'));
  const limit = (...keys: readonly string[]): Setting<string> =>
    settingOf(
      keys.map(of).find((value) => (integer(value) ?? 0) > 0),
      text,
    );
  const masked = of('MaskedPaths');
  const options = securityOptions(words(of('SecurityOpt')));
  return {
    name,
    at: positionOf(node),
    role: 'main',
    image: settingOf(goField(config, 'Image'), text),
    words: [...wordsOf(goField(config, 'Entrypoint')), ...wordsOf(goField(config, 'Cmd'))],
    user: userOf(goField(config, 'User')),
    nonRoot: undefined,
    privileged: settingOf(of('Privileged'), truth),
    addedCapabilities: words(of('CapAdd')),
    droppedCapabilities: words(of('CapDrop')),
    ...options,
    // Engines add it themselves to what is privileged.
    seLinuxOff: inspected && truth(of('Privileged')) ? undefined : options.seLinuxOff,
    procUnmasked:
      masked?.kind === 'list' && items(masked).length === 0 && !inspected
        ? known(true, positionOf(masked))
        : options.procUnmasked,
    readOnlyRoot: settingOf(of('ReadonlyRootfs'), truth),
    host: {
      network: shares('NetworkMode'),
      pid: shares('PidMode'),
      ipc: shares('IpcMode'),
      uts: shares('UTSMode'),
      user: shares('UsernsMode'),
    },
    sysctls: pairs(of('Sysctls')).map(({ key }) => known(key.text, positionOf(key))),
    devices: items(of('Devices')).flatMap((device) => {
      const path = text(goField(device, 'PathOnHost'));
      return path === undefined ? [] : [known(path, positionOf(device))];
    }),
    mounts: mountsOf(node, host, inspected ? undefined : config),
    ports: portsOf(of('PortBindings')),
    networks: [],
    defaultNetwork: onDefault(mode) ? known(true, positionOf(of('NetworkMode') ?? node)) : undefined,
    environment: words(goField(config, 'Env')).map(({ value, at }): Variable => {
      const equals = value.indexOf('=');
      return equals < 0
        ? { name: value, value: undefined, at }
        : { name: value.slice(0, equals), value: value.slice(equals + 1), at };
    }),
    memoryLimit: limit('Memory'),
    cpuLimit: limit('NanoCpus', 'CpuQuota', 'CpuShares', 'CpuCount', 'CpuPercent'),
    pidsLimit: limit('PidsLimit'),
    healthChecked: healthOf(goField(config, 'Healthcheck')),
  };
}

/** Empty means what the image says. */
function userOf(node: Node | undefined): Setting<string> {
  return text(node) === '' ? undefined : settingOf(node, text);
}

function onDefault(mode: string | undefined): boolean {
  return mode === undefined || mode === '' || mode === 'default' || mode === 'bridge';
}

function wordsOf(node: Node | undefined): readonly string[] {
  return node?.kind === 'list' ? words(node).map(({ value }) => value) : commandWords(text(node) ?? '');
}

function portsOf(bindings: Node | undefined): readonly PublishedPort[] {
  return pairs(bindings).flatMap(({ key, value }) => {
    const [number = ''] = key.text.split('/');
    return items(value).map((binding) => {
      const host = integer(goField(binding, 'HostPort'));
      const address = text(goField(binding, 'HostIp'));
      return {
        container: /^\d+$/.test(number) ? Number(number) : undefined,
        host: host === 0 ? undefined : host,
        address: address === '' ? undefined : address,
        at: positionOf(binding),
      };
    });
  });
}

function healthOf(node: Node | undefined): Setting<boolean> {
  const test = words(goField(node, 'Test'));
  const [first] = test;
  if (node === undefined || first === undefined) return undefined;
  return known(first.value !== 'NONE', positionOf(node));
}
