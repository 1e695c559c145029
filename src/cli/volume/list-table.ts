import type { VolumeList } from '#api/volume-list.ts';
import type { Terminal } from '#cli/terminal.ts';
import { problemLines } from '#cli/volume/problem-lines.ts';
import { type Column, columns, wrapText } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';
import { shownBytes } from '#volume/doctor/where.ts';

const PLACES: readonly Column[] = [
  { title: 'KIND', maxWidth: 9 },
  { title: 'VOLUME', maxWidth: 36, minWidth: 12, keep: 'path' },
  { title: 'SIZE', maxWidth: 9 },
  { title: 'SNAPSHOT', maxWidth: 10 },
  { title: 'GREW', maxWidth: 9 },
  { title: 'STACK', maxWidth: 16, minWidth: 5 },
  { title: 'USED BY', maxWidth: 60, minWidth: 16 },
];
const STORES: readonly Column[] = [
  { title: 'CONTAINER', maxWidth: 26, minWidth: 10 },
  { title: 'KEPT ELSEWHERE', maxWidth: 14 },
  { title: 'HOST', maxWidth: 34, minWidth: 10 },
  { title: 'SAID BY', maxWidth: 34, minWidth: 12 },
];

type Place = VolumeList['volumes'][number] | VolumeList['binds'][number];

/** The places as a table, the stores elsewhere as a second one; at most as wide as the terminal. */
export function listLines(list: VolumeList, { width, paint }: Terminal): readonly string[] {
  const head = (text: string, row: number) => (row < 0 ? paint('bold', text) : text);
  const rows = [
    ...list.volumes.map((volume) =>
      row(list.at, kindOf(volume), volume.anonymous ? volume.name.slice(0, 12) : volume.name, volume),
    ),
    ...list.binds.map((bind) => row(list.at, bind.network?.kind ?? 'bind', bind.path, bind)),
    ...list.tmpfs.map(({ container, destination }) => ['tmpfs', '-', '-', '-', '', '', `${container}:${destination}`]),
  ];
  const stores = list.stores.map(({ container, kind, host, where }) => [container, kind, host ?? 'not shown', where]);
  const outside = [...list.volumes, ...list.binds].flatMap((place) =>
    place.outside.map(({ process, pid, at }) => {
      const what = 'name' in place ? place.name : place.path;
      return `${what} is also mounted by ${pid === 0 ? 'this host' : `${process} (process ${pid})`} at ${at}`;
    }),
  );
  const unknown = list.coverage.filter(({ state }) => state === 'failed');
  return [
    ...(rows.length === 0 ? ['No container keeps data in a volume.'] : columns(PLACES, rows, width, head)),
    ...(stores.length === 0 ? [] : ['', ...columns(STORES, stores, width, head)]),
    ...(outside.length === 0 ? [] : ['', ...outside.flatMap((line) => wrapText(line, width, '  '))]),
    '',
    paint(
      'bold',
      `${count(list.volumes.length, 'volume')}, ${count(list.binds.length, 'host directory').replace(/directorys$/, 'directories')}.`,
    ),
    ...unknown.flatMap(({ subject, reason }) => wrapText(`Not all was looked at, ${subject}: ${reason}`, width, '  ')),
    ...problemLines(list.problems, width),
  ];
}

function kindOf({ anonymous, network }: VolumeList['volumes'][number]): string {
  return anonymous ? 'anonymous' : (network?.kind ?? 'volume');
}

function row(at: string, kind: string, name: string, place: Place): readonly string[] {
  const { sizeBytes, sizeExact, usedBy, lastSnapshot } = place;
  const size = sizeBytes === undefined ? 'unknown' : `${sizeExact === false ? '>' : ''}${shownBytes(sizeBytes)}`;
  const stacks = [...new Set(usedBy.flatMap(({ stack }) => (stack === undefined ? [] : [stack])))];
  const users = usedBy.map(
    ({ container, destination, writable }) => `${container}:${destination}${writable ? '' : ':ro'}`,
  );
  return [
    kind,
    name,
    size,
    ...snapshotOf(at, lastSnapshot),
    stacks.join(', '),
    users.length === 0 ? 'nobody' : users.join(', '),
  ];
}

/** How old the newest one is, and what came since the one before it. */
function snapshotOf(at: string, last: Place['lastSnapshot']): readonly [string, string] {
  if (last === undefined) return ['none', ''];
  const minutes = Math.round((Date.parse(at) - Date.parse(last.at)) / 60_000);
  const hours = Math.round(minutes / 60);
  const age =
    minutes < 120 ? `${Math.max(0, minutes)} min` : hours < 72 ? `${hours} h` : `${Math.round(hours / 24)} days`;
  if (last.grownBytes === undefined) return [age, ''];
  const sign = last.grownBytes < 0 ? '-' : '+';
  return [age, `${sign}${shownBytes(Math.abs(last.grownBytes))}`];
}
