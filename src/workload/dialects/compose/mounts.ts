import { wholly } from '#workload/dialects/unknown-part.ts';
import { isHostPath, mountOfString } from '#workload/dialects/volume-strings.ts';
import { field, items, pairs, text, truth } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';
import type { Mount } from '#workload/model/container.ts';

/** What volumes of a project are that are something else than the engine's own. */
export type VolumeKinds = ReadonlyMap<string, { readonly kind: 'host' | 'memory'; readonly source?: string }>;

/** Named volumes that a driver option makes a host's directory or memory. */
export function mountVolumes(volumes: Node | undefined): VolumeKinds {
  const kinds = new Map<string, { readonly kind: 'host' | 'memory'; readonly source?: string }>();
  for (const { key, value } of pairs(volumes)) {
    const options = field(value, 'driver_opts');
    const device = text(field(options, 'device'));
    const bound = /(?:^|,)r?bind(?:,|$)/.test(text(field(options, 'o')) ?? '');
    if (text(field(options, 'type')) === 'tmpfs') kinds.set(key.text, { kind: 'memory' });
    else if (bound && device !== undefined) kinds.set(key.text, { kind: 'host', source: device });
  }
  return kinds;
}

/** Everything that a service mounts; of two mounts on one target, the last. */
export function mountsOf(service: Node, volumes: VolumeKinds): readonly Mount[] {
  const tmpfs = field(service, 'tmpfs');
  const mounts = [
    ...items(field(service, 'volumes')).map((node) => (node.kind === 'scalar' ? short(node) : long(node))),
    ...(tmpfs?.kind === 'list' ? items(tmpfs) : tmpfs === undefined ? [] : [tmpfs]).map(
      (node): Mount => ({ kind: 'memory', target: text(node)?.split(':')[0], readOnly: false, at: positionOf(node) }),
    ),
  ].map((mount): Mount => {
    const made = mount.kind === 'volume' && mount.source !== undefined ? volumes.get(mount.source) : undefined;
    return made === undefined ? mount : { ...mount, ...made };
  });
  const byTarget = new Map(mounts.map((mount, index) => [mount.target ?? `?${index}`, mount]));
  return [...byTarget.values()];
}

function short(node: Node): Mount {
  return mountOfString(text(node) ?? '', positionOf(node));
}

function long(node: Node): Mount {
  const type = text(field(node, 'type'));
  const source = wholly(text(field(node, 'source') ?? field(node, 'src')));
  const propagation = text(field(node, 'bind', 'propagation'));
  const kind = kindOf(type, source, field(node, 'source') !== undefined);
  return {
    kind,
    target: text(field(node, 'target') ?? field(node, 'destination') ?? field(node, 'dst')),
    readOnly: truth(field(node, 'read_only')) === true,
    at: positionOf(node),
    ...(source === undefined ? {} : { source }),
    ...(propagation === undefined ? {} : { propagation }),
  };
}

function kindOf(type: string | undefined, source: string | undefined, named: boolean): Mount['kind'] {
  switch (type) {
    case 'bind':
    case 'npipe':
      return 'host';
    case 'tmpfs':
      return 'memory';
    case 'image':
      return 'given';
    case 'cluster':
      return 'volume';
    default:
      if (source === undefined) return named ? 'volume' : 'anonymous';
      return isHostPath(source) ? 'host' : 'volume';
  }
}
