import { goField } from '#workload/dialects/go-fields.ts';
import { items, settingOf, text, truth } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';
import type { Mount } from '#workload/model/container.ts';

/** What a container of a task mounts. */
export function mountsOf(container: Node, task: Node): readonly Mount[] {
  const volumes = new Map(items(goField(task, 'volumes')).map((volume) => [text(goField(volume, 'name')), volume]));
  const mounts = items(goField(container, 'mountPoints')).map((mount): Mount => {
    const name = text(goField(mount, 'sourceVolume'));
    const volume = volumes.get(name);
    const given = {
      target: text(goField(mount, 'containerPath')),
      readOnly: truth(goField(mount, 'readOnly')) === true,
      at: positionOf(mount),
    };
    return volume === undefined ? { kind: 'volume', ...given } : { ...given, ...sourceOf(volume, name) };
  });
  const memory = items(goField(container, 'linuxParameters', 'tmpfs')).map(
    (node): Mount => ({
      kind: 'memory',
      target: text(goField(node, 'containerPath')),
      readOnly: false,
      at: positionOf(node),
    }),
  );
  return [...mounts, ...memory];
}

function sourceOf(volume: Node, name: string | undefined): Pick<Mount, 'kind' | 'source' | 'efs'> {
  const called = name === undefined ? {} : { source: name };
  const efs = goField(volume, 'efsVolumeConfiguration');
  if (efs !== undefined) {
    const authorization = goField(efs, 'authorizationConfig');
    return {
      kind: 'volume',
      ...called,
      efs: {
        at: positionOf(efs),
        encrypted: settingOf(goField(efs, 'transitEncryption'), (node) => text(node)?.toUpperCase() === 'ENABLED'),
        authorised: settingOf(goField(authorization, 'iam'), (node) => text(node)?.toUpperCase() === 'ENABLED'),
        accessPoint: settingOf(goField(authorization, 'accessPointId'), text),
      },
    };
  }
  if (goField(volume, 'fsxWindowsFileServerVolumeConfiguration') !== undefined) {
    return { kind: 'volume', ...called };
  }
  const docker = goField(volume, 'dockerVolumeConfiguration');
  if (docker !== undefined) {
    return { kind: text(goField(docker, 'scope')) === 'shared' ? 'volume' : 'scratch', ...called };
  }
  const path = goField(volume, 'host', 'sourcePath');
  if (path === undefined) return { kind: 'scratch' };
  const source = text(path);
  return path.tag === undefined && source !== undefined ? { kind: 'host', source } : { kind: 'host' };
}
