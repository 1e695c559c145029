import { isWithin } from '#core/container-path.ts';
import type {
  DiscoveredContainer,
  DiscoveredMount,
  Discovery,
  FoundDatabase,
  TreeSurvey,
} from '#volume/discover/discovery.ts';

/** The mount that a path inside a container is on; undefined for the writable layer. */
export function mountAt(container: DiscoveredContainer, path: string): DiscoveredMount | undefined {
  const holders = container.mounts.filter(({ destination }) => isWithin(path, destination));
  return holders.reduce<DiscoveredMount | undefined>(
    (best, mount) => (best === undefined || mount.destination.length > best.destination.length ? mount : best),
    undefined,
  );
}

/** Whether what is written there outlives the container and can be found again by name. */
export function isKept({ kind, writable }: DiscoveredMount): boolean {
  return writable && (kind === 'volume' || kind === 'bind' || kind === 'other');
}

/** What lies in the volume or bind behind a mount, as far as it was looked at. */
export function contentsOf(discovery: Discovery, mount: DiscoveredMount): TreeSurvey | undefined {
  if (mount.contents !== undefined) return mount.contents;
  if (mount.kind === 'bind') return discovery.binds.find(({ path }) => path === mount.source)?.contents;
  if (mount.kind !== 'volume' && mount.kind !== 'anonymous') return undefined;
  return discovery.volumes.find(({ name }) => name === mount.source)?.contents;
}

/** Known to hold nothing. */
export function isEmpty(contents: TreeSurvey | undefined): boolean {
  return contents?.complete === true && contents.files === 0 && contents.sizeBytes === 0;
}

/** Whether a survey saw a file below a directory. Surveys tell four levels of directories apart. */
export function hasFilesBelow({ directories, databases }: TreeSurvey, directory: string): boolean {
  const known = directory.split('/').slice(0, 5).join('/');
  if (databases.some(({ path }) => isWithin(path, directory))) return true;
  return [...directories.keys()].some((path) => isWithin(path, known));
}

/** Bytes below a directory, as exactly as {@link hasFilesBelow} can tell. */
export function bytesBelow({ directories }: TreeSurvey, directory: string): number {
  const known = directory.split('/').slice(0, 5).join('/');
  return [...directories].reduce((sum, [path, bytes]) => (isWithin(path, known) ? sum + bytes : sum), 0);
}

/** `PostgreSQL (PG_VERSION)`: what was found, with at most three files each. */
export function shownDatabases(databases: readonly FoundDatabase[]): string {
  const titles = [...new Set(databases.map(({ title }) => title))];
  return titles
    .map((title) => {
      const names = databases
        .filter((one) => one.title === title)
        .map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
      const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
      return `${title} (${names.slice(0, 3).join(', ')}${more})`;
    })
    .join(', ');
}

/** `1.4 MB`. */
export function shownBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1).replace(/\.0$/, '')} ${units[unit]}`;
}

/** Sizes of a place: what is there, or that it was not looked at. */
export function shownContents(contents: TreeSurvey | undefined): string {
  if (contents === undefined) return 'what lies in it could not be read';
  if (isEmpty(contents)) return 'it is empty';
  const least = contents.complete ? '' : 'at least ';
  const databases = contents.databases.length === 0 ? '' : `, ${shownDatabases(contents.databases)} in it`;
  return `${least}${shownBytes(contents.sizeBytes)}${databases}`;
}

/** Places whose content is made again by itself: caches, scratch space, logs, dependencies, what is built. */
const MADE_AGAIN =
  /^\/(?:tmp|run|var\/(?:tmp|run|cache|log|lock)|dev|proc|sys)(?:\/|$)|(?:^|\/)(?:node_modules|\.cache|cache|\.npm|\.yarn|\.venv|venv|vendor|target|\.next|\.nuxt|\.gradle|\.m2|__pycache__|\.pytest_cache|tmp|logs?)(?:\/|$)/i;

export function isMadeAgain(path: string): boolean {
  return MADE_AGAIN.test(path);
}
