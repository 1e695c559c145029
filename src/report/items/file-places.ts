import { isAbsolute, normalize, relative } from 'node:path';
import type { Position } from '#core/position.ts';
import { type ReportItem, stableName } from '#report/items/item.ts';

/** A line of a file, for formats that know nothing else. */
export interface FilePlace {
  /** With slashes; relative to the run's directory where it is below that. */
  readonly path: string;
  readonly line: number;
  /** Absent where only the file is known. */
  readonly region?: Extract<Position, { kind: 'file' }>;
  /** It is a file of whoever ran this, not one in an image. */
  readonly ours: boolean;
}

/**
 * Where viewers of files shall look, the best first. A file in an image stands below the image's name without tag, which
 * is the same for every build; what has no file at all is at the first line of its subject's name.
 */
export function filePlaces({ positions, subject }: ReportItem, root: string): readonly FilePlace[] {
  const name = stableName(subject);
  const places = positions.flatMap((position): readonly FilePlace[] => {
    if (position.kind === 'file') {
      const whole = position.line === 1 && position.column === 1 && position.endLine === undefined;
      const region = whole ? {} : { region: position };
      return [{ path: below(root, position.path), line: position.line, ...region, ours: true }];
    }
    if (position.kind !== 'layer' || position.path === undefined) return [];
    return [{ path: `${name}/${position.path.replace(/^\/+/, '')}`, line: 1, ours: false }];
  });
  if (places.length > 0) return places;
  return [{ path: subject.kind === 'file' ? below(root, subject.name) : name, line: 1, ours: subject.kind === 'file' }];
}

function below(root: string, path: string): string {
  if (!isAbsolute(path)) return normalize(path);
  const inside = relative(root, path);
  return inside === '' || inside.startsWith('..') ? path : inside;
}
