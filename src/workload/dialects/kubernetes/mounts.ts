import { field, items, pairs, text, truth } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';
import type { Mount } from '#workload/model/container.ts';

const GIVEN: ReadonlySet<string> = new Set(['configMap', 'secret', 'projected', 'downwardAPI', 'image', 'gitRepo']);

/**
 * What a container of a pod mounts.
 * @param claims names of the volumes that a StatefulSet makes for each of its pods
 */
export function mountsOf(container: Node, spec: Node, claims: readonly string[]): readonly Mount[] {
  const volumes = new Map(items(field(spec, 'volumes')).map((volume) => [text(field(volume, 'name')), volume]));
  return items(field(container, 'volumeMounts')).map((mount) => {
    const name = text(field(mount, 'name'));
    const propagation = text(field(mount, 'mountPropagation'));
    const given = {
      target: text(field(mount, 'mountPath')),
      readOnly: truth(field(mount, 'readOnly')) === true,
      at: positionOf(mount),
      ...(propagation === undefined ? {} : { propagation }),
    };
    if (name !== undefined && claims.includes(name)) return { kind: 'volume', source: name, ...given };
    const volume = volumes.get(name);
    return volume === undefined ? { kind: 'volume', ...given } : { ...given, ...sourceOf(volume) };
  });
}

/** Kind and source of a volume. Without a source it is an emptyDir. */
function sourceOf(volume: Node): Pick<Mount, 'kind' | 'source' | 'readOnly'> | Pick<Mount, 'kind' | 'source'> {
  const [source] = pairs(volume).filter(({ key }) => key.text !== 'name');
  if (source === undefined) return { kind: 'scratch' };
  switch (source.key.text) {
    case 'hostPath':
      return { kind: 'host', ...sourceText(field(source.value, 'path')) };
    case 'persistentVolumeClaim': {
      const readOnly = truth(field(source.value, 'readOnly')) === true;
      return { kind: 'volume', ...sourceText(field(source.value, 'claimName')), ...(readOnly ? { readOnly } : {}) };
    }
    case 'emptyDir':
      return { kind: text(field(source.value, 'medium')) === 'Memory' ? 'memory' : 'scratch' };
    case 'ephemeral':
      return { kind: 'scratch' };
    default:
      return { kind: GIVEN.has(source.key.text) ? 'given' : 'volume' };
  }
}

function sourceText(node: Node | undefined): { readonly source?: string } {
  const source = text(node);
  return source === undefined ? {} : { source };
}
