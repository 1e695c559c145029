import { type FlagTable, type GivenFlag, readFlags, valuesOf } from '#volume/guard/flags.ts';
import { type MountedNames, mountedNames } from '#volume/guard/mounted-names.ts';
import {
  COMPOSE,
  COMPOSE_ONE,
  COMPOSE_RUN,
  COMPOSE_SUBCOMMANDS,
  DOCKER,
  DOCKER_CONTAINERS,
  DOCKER_RUN,
  EXEC,
  PODMAN,
  PODMAN_COMPOSE,
  PODMAN_CONTAINERS,
  PODMAN_RUN,
  VOLUME_REMOVE,
} from '#volume/guard/tables.ts';

/** Which engine a command line means, where it says so. */
export interface MeantEngine {
  readonly host?: string;
  readonly context?: string;
  /** The directory of the client's configuration. */
  readonly config?: string;
}

/** What a command touches, as far as its own words say. */
export type Guarded = { readonly words: string; readonly engine: MeantEngine } & (
  | ({
      readonly kind: 'compose';
      /** The program with all its options before the subcommand: Compose can be asked with it what it means. */
      readonly asking: readonly string[];
      readonly project?: string;
      readonly files: readonly string[];
      readonly projectDirectory?: string;
      readonly subcommand: string;
    } & MountedNames)
  /** Existing containers, by name or id. */
  | { readonly kind: 'containers'; readonly names: readonly string[] }
  | { readonly kind: 'volumes'; readonly names: readonly string[] }
  /** A new container. */
  | ({ readonly kind: 'run' } & MountedNames)
);

/** Not understood: it is not to be run. */
export interface NotGuarded {
  readonly kind: 'refused';
  readonly why: string;
}

/**
 * Reads a command line of Docker, Podman or Compose. What it does not know for certain it refuses: an option that is not in
 * its tables could have a value that looks like a subcommand. Pure.
 */
export function parseCommand(argv: readonly string[]): Guarded | NotGuarded {
  const [program = '', ...args] = argv;
  switch (program.slice(program.lastIndexOf('/') + 1)) {
    case 'docker':
      return engineCommand(program, args, 'docker', DOCKER);
    case 'podman':
      return engineCommand(program, args, 'podman', PODMAN);
    case 'docker-compose':
      return composeCommand([program], args, 'docker-compose', COMPOSE_ONE, {});
    case 'podman-compose':
      return composeCommand([program], args, 'podman-compose', PODMAN_COMPOSE, {});
    default:
      return refused(
        `${JSON.stringify(program.slice(0, 100))} is none of docker, docker-compose, podman, podman-compose`,
      );
  }
}

function engineCommand(program: string, args: readonly string[], name: 'docker' | 'podman', table: FlagTable) {
  const read = readFlags(args, table);
  if (read.kind === 'unknown') return unknownFlag(name, read.flag);
  const { flags, words } = read;
  const [first = '', second = ''] = words;
  const globals = args.slice(0, args.length - words.length);
  const engine = engineOf(flags);
  if (first === 'compose') {
    return composeCommand([program, ...globals, 'compose'], words.slice(1), `${name} compose`, COMPOSE, engine);
  }
  if (first === 'volume') {
    if (second !== 'rm' && second !== 'remove') return refused(`${name} volume ${second} is not known to guard`);
    return named(words.slice(2), VOLUME_REMOVE, { words: `${name} volume rm`, engine }, 'volumes');
  }
  const [verb, rest] = first === 'container' ? [second, words.slice(2)] : [first, words.slice(1)];
  const about = { words: `${name} ${verb}`, engine };
  if (verb === 'run' || verb === 'create') return run(rest, name === 'docker' ? DOCKER_RUN : PODMAN_RUN, about);
  if (verb === 'exec') return executed(rest, about);
  const tables = name === 'docker' ? DOCKER_CONTAINERS : PODMAN_CONTAINERS;
  const known = verb === 'remove' ? 'rm' : verb;
  const containers = Object.hasOwn(tables, known) ? tables[known] : undefined;
  if (containers === undefined)
    return refused(`${name} ${words.slice(0, 2).join(' ').slice(0, 100)} is not known to guard`);
  return named(rest, containers, about, 'containers');
}

type About = Pick<Guarded, 'words' | 'engine'>;

function named(
  args: readonly string[],
  table: FlagTable,
  about: About,
  kind: 'containers' | 'volumes',
): Guarded | NotGuarded {
  const read = readFlags(args, table);
  if (read.kind === 'unknown') return unknownFlag(about.words, read.flag);
  const selects = read.flags.find(({ name }) => SELECTING.includes(name));
  if (selects !== undefined) return refused(`${about.words} --${selects.name} does not name what it touches`);
  if (read.words.length === 0) return refused(`${about.words} names nothing`);
  return { ...about, kind, names: [...new Set(read.words)] };
}

/** Options that choose others than those that are named. */
const SELECTING: readonly string[] = ['all', 'latest', 'filter', 'cidfile', 'running', 'depend'];

function executed(args: readonly string[], about: About): Guarded | NotGuarded {
  const read = readFlags(args, EXEC);
  if (read.kind === 'unknown') return unknownFlag(about.words, read.flag);
  if (valuesOf(read.flags, 'latest').length > 0)
    return refused(`${about.words} --latest does not name what it touches`);
  const [container] = read.words;
  return container === undefined
    ? refused(`${about.words} names nothing`)
    : { ...about, kind: 'containers', names: [container] };
}

function run(args: readonly string[], table: FlagTable, about: About): Guarded | NotGuarded {
  const read = readFlags(args, table);
  if (read.kind === 'unknown') return unknownFlag(about.words, read.flag);
  if (read.words.length === 0) return refused(`${about.words} names no image`);
  const mounted = mountedNames(read.flags);
  return 'why' in mounted ? refused(mounted.why) : { ...about, kind: 'run', ...mounted };
}

function composeCommand(
  before: readonly string[],
  args: readonly string[],
  name: string,
  table: FlagTable,
  engine: MeantEngine,
): Guarded | NotGuarded {
  const read = readFlags(args, table);
  if (read.kind === 'unknown') return unknownFlag(name, read.flag);
  const { flags, words } = read;
  const [subcommand = '', ...rest] = words;
  if (!COMPOSE_SUBCOMMANDS.includes(subcommand)) {
    return refused(
      subcommand === '' ? `${name} has no subcommand` : `${name} ${subcommand.slice(0, 100)} is not known to guard`,
    );
  }
  const files = valuesOf(flags, 'file');
  if (files.includes('-')) return refused(`${name} reads its file from standard input, which can be read only once`);
  let mounted: MountedNames = { volumes: [], binds: [], containers: [] };
  if (subcommand === 'run') {
    const inner = readFlags(rest, COMPOSE_RUN);
    if (inner.kind === 'unknown') return unknownFlag(`${name} run`, inner.flag);
    const more = mountedNames(inner.flags);
    if ('why' in more) return refused(more.why);
    mounted = more;
  }
  const project = valuesOf(flags, 'project-name').at(-1);
  const projectDirectory = [...valuesOf(flags, 'project-directory'), ...valuesOf(flags, 'workdir')].at(-1);
  return {
    ...{ kind: 'compose', words: `${name} ${subcommand}`, subcommand, files, ...mounted },
    engine: { ...engine, ...engineOf(flags) },
    asking: [...before, ...args.slice(0, args.length - words.length)],
    ...(project === undefined ? {} : { project }),
    ...(projectDirectory === undefined ? {} : { projectDirectory }),
  };
}

function engineOf(flags: readonly GivenFlag[]): MeantEngine {
  const last = (...names: readonly string[]) => flags.findLast(({ name }) => names.includes(name))?.value;
  const [host, context, config] = [last('host', 'url'), last('context', 'connection'), last('config')];
  return {
    ...(host === undefined ? {} : { host }),
    ...(context === undefined ? {} : { context }),
    ...(config === undefined ? {} : { config }),
  };
}

function unknownFlag(words: string, flag: string): NotGuarded {
  return refused(`${words} has an option that guard does not know: ${flag.slice(0, 100)}`);
}

function refused(why: string): NotGuarded {
  return { kind: 'refused', why };
}
