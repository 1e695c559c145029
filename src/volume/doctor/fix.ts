import type { DiscoveredContainer, Discovery } from '#volume/discover/discovery.ts';

/** A word of a shell's line, quoted where it must be: names and paths are not ours. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_.,/:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What a directory of the host can be called. */
const MOST_NAME = 255;

/** The name of a new volume for a place of a container: letters, digits and `_.-` only, whatever labels say. */
export function newVolumeName({ name, stack, composeService }: DiscoveredContainer, path: string): string {
  const last = path.split('/').findLast((part) => part !== '') ?? 'data';
  const own = composeService === undefined ? name : composeService;
  // Compose puts its project before the names of its volumes.
  const whole = stack === undefined || composeService === undefined ? `${own}-${last}` : `${stack}_${own}-${last}`;
  const plain = whole.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return plain.slice(0, MOST_NAME) || 'data';
}

function program({ engine }: Discovery): string {
  return engine.product;
}

/** Stopping a container that was started with --rm removes it, and its anonymous volumes with it. */
function hold(discovery: Discovery, container: DiscoveredContainer): readonly string[] {
  if (container.state !== 'running') return [];
  const name = shellWord(container.name);
  if (!container.removedAtEnd) return [`${program(discovery)} stop ${name}`];
  return [`${program(discovery)} pause ${name}  # stopping it would remove it`];
}

/** How the container is to be started from then on. */
export function mountLines(
  container: DiscoveredContainer,
  volume: string,
  path: string,
  instead?: string,
): readonly string[] {
  const { composeService, stack } = container;
  const replaced = instead === undefined ? '' : `, in place of the mount on ${instead}`;
  if (composeService === undefined || stack === undefined) {
    return [`# then start it anew with: --volume ${shellWord(`${volume}:${path}`)}${replaced}`];
  }
  const short = volume.startsWith(`${stack}_`) ? volume.slice(stack.length + 1) : volume;
  return [
    `# then in the compose file${replaced}:`,
    '#   services:',
    `#     ${composeService}:`,
    `#       volumes: [${JSON.stringify(`${short}:${path}`)}]`,
    '#   volumes:',
    `#     ${short}: {}`,
  ];
}

/** Copies an anonymous volume into a named one. The first is mounted by its name, so that the copy never removes it. */
export function copyVolume(
  discovery: Discovery,
  container: DiscoveredContainer,
  from: string,
  path: string,
  instead?: string,
): readonly string[] {
  const to = newVolumeName(container, path);
  const docker = program(discovery);
  return [
    ...hold(discovery, container),
    `${docker} volume create ${to}`,
    `${docker} run --rm \\`,
    `  --volume ${shellWord(from)}:/from:ro \\`,
    `  --volume ${to}:/to busybox cp -a /from/. /to/`,
    ...mountLines(container, to, path, instead),
  ];
}

/** Copies a directory of a container's writable layer into a named volume. */
export function copyLayer(
  discovery: Discovery,
  container: DiscoveredContainer,
  path: string,
  instead?: string,
): readonly string[] {
  const to = newVolumeName(container, path);
  const docker = program(discovery);
  return [
    ...hold(discovery, container),
    `${docker} volume create ${to}`,
    `${docker} cp ${shellWord(`${container.name}:${path}/.`)} - | \\`,
    `  ${docker} run --rm --interactive --volume ${to}:/to busybox tar -x -C /to`,
    ...mountLines(container, to, path, instead),
  ];
}

/**
 * Copies a tmpfs of a running container into a named volume. Only from inside can it be read, so that it cannot stand still
 * meanwhile.
 */
export function copyMemory(discovery: Discovery, container: DiscoveredContainer, path: string): readonly string[] {
  const to = newVolumeName(container, path);
  const docker = program(discovery);
  const more = mountLines(container, to, path, 'the tmpfs');
  if (container.state !== 'running') return more;
  return [
    '# what is there now is gone when it stops. First a dump by its own program (pg_dumpall, mysqldump, mongodump);',
    '# a copy of the files is whole only while nothing writes to them:',
    `${docker} volume create ${to}`,
    `${docker} exec ${shellWord(container.name)} tar -c -C ${shellWord(path)} . | \\`,
    `  ${docker} run --rm --interactive --volume ${to}:/to busybox tar -x -C /to`,
    ...more,
  ];
}
