import { text } from '#workload/document/fields.ts';
import { type Node, positionOf } from '#workload/document/node.ts';
import { known, type Setting } from '#workload/model/setting.ts';

/**
 * Whether a mode shares a namespace with the host. No other mode says that a container has one of its own: an empty one
 * leaves it to the engine, and engines have no user namespaces unless they are told to.
 */
export function sharing(mode: Node | undefined): Setting<boolean> {
  return mode !== undefined && text(mode) === 'host' ? known(true, positionOf(mode)) : undefined;
}
