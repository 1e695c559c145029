import type { Position } from '#core/position.ts';

/** A position as people write it: `Dockerfile:3:1`, `layer 2 /usr/lib/x`, `service/db ports`. */
export function placeText(position: Position): string {
  switch (position.kind) {
    case 'file':
      return `${position.path}:${position.line}:${position.column}`;
    case 'layer':
      return `layer ${position.layer}${position.path === undefined ? '' : ` ${position.path}`}`;
    case 'workload':
      return `${position.workload}${position.field === undefined ? '' : ` ${position.field}`}`;
  }
}
