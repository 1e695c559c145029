import { goField } from '#workload/dialects/go-fields.ts';
import { mountOfString } from '#workload/dialects/volume-strings.ts';
import { items, pairs, text, truth, words } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';
import type { Mount } from '#workload/model/container.ts';

/** The engine names volumes so that nobody named. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

/**
 * What a container mounts, by all ways of saying so; of several on one target, the last.
 * @param config of the body that creates it, where `Volumes` asks for anonymous ones
 */
export function mountsOf(node: Node, host: Node | undefined, config: Node | undefined): readonly Mount[] {
  const mounts = [
    ...pairs(goField(config, 'Volumes')).map(
      ({ key }): Mount => ({ kind: 'anonymous', target: key.text, readOnly: false, at: positionOf(key) }),
    ),
    ...pairs(goField(host, 'Tmpfs')).map(
      ({ key }): Mount => ({ kind: 'memory', target: key.text, readOnly: false, at: positionOf(key) }),
    ),
    // What is really mounted, and then how it was asked for, which says more.
    ...items(goField(node, 'Mounts')).map(mountOf),
    ...words(goField(host, 'Binds')).map(({ value, at }) => mountOfString(value, at)),
    ...items(goField(host, 'Mounts')).map(mountOf),
  ];
  return [...new Map(mounts.map((mount, index) => [mount.target ?? `?${index}`, mount])).values()];
}

function mountOf(node: Node): Mount {
  const type = text(goField(node, 'Type'));
  // Of an inspected volume, Source is where the engine keeps it, and Name what it is called.
  const source = text(type === 'volume' ? (goField(node, 'Name') ?? goField(node, 'Source')) : goField(node, 'Source'));
  const propagation = text(goField(node, 'BindOptions', 'Propagation') ?? goField(node, 'Propagation'));
  const writable = truth(goField(node, 'RW'));
  return {
    kind: kindOf(type, source),
    target: text(goField(node, 'Target') ?? goField(node, 'Destination')),
    readOnly: truth(goField(node, 'ReadOnly')) === true || writable === false,
    at: positionOf(node),
    ...(source === undefined || source === '' ? {} : { source }),
    ...(propagation === undefined || propagation === '' ? {} : { propagation }),
  };
}

function kindOf(type: string | undefined, source: string | undefined): Mount['kind'] {
  switch (type) {
    case 'bind':
    case 'npipe':
      return 'host';
    case 'tmpfs':
      return 'memory';
    case 'image':
      return 'given';
    default:
      return source === undefined || source === '' || ANONYMOUS.test(source) ? 'anonymous' : 'volume';
  }
}
