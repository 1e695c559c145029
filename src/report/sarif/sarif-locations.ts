import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Position } from '#core/position.ts';
import { printable } from '#report/columns.ts';
import { type FilePlace, filePlaces } from '#report/items/file-places.ts';
import type { ReportItem } from '#report/items/item.ts';
import { placeText } from '#report/items/place-text.ts';

/** GitHub shows this many of a result. */
const MOST_LOCATIONS = 100;

/** Where the files of whoever ran this are; viewers know that, the report does not. */
export const SOURCE_ROOT = '%SRCROOT%';

/** Files with their regions, and by what name each is known where that is not a file's. */
export function sarifLocations(item: ReportItem, root: string) {
  const names = logicalLocations(item);
  return filePlaces(item, root)
    .slice(0, MOST_LOCATIONS)
    .map((place, at) => ({
      physicalLocation: { artifactLocation: artifactOf(place), region: regionOf(place) },
      ...(at === 0 && names.length > 0 ? { logicalLocations: names } : {}),
    }));
}

function artifactOf({ path }: FilePlace) {
  if (isAbsolute(path)) return { uri: pathToFileURL(path).href };
  const uri = path
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/');
  return { uri, uriBaseId: SOURCE_ROOT };
}

/** The end is the place behind the last character. */
function regionOf({ line, region }: FilePlace) {
  if (region === undefined) return { startLine: line };
  const { column, endLine, endColumn } = region;
  return {
    startLine: line,
    startColumn: column,
    ...(endLine === undefined ? {} : { endLine }),
    ...(endColumn === undefined ? {} : { endColumn: endColumn + 1 }),
  };
}

function logicalLocations({ positions, subject, flaw }: ReportItem) {
  const parts = positions.flatMap((position: Position) =>
    position.kind === 'workload' ? [{ name: printable(placeText(position)), kind: 'resource' }] : [],
  );
  if (flaw !== undefined)
    parts.push({ name: printable(flaw.package.name), ...{ fullyQualifiedName: flaw.package.purl }, kind: 'package' });
  if (subject.kind === 'file' || subject.kind === 'run') return parts;
  return [...parts, { name: printable(subject.name), kind: subject.kind }];
}
