import type { DataDirectory, KnownService } from '#workload/known-data/known-service.ts';
import { KNOWN_SERVICES } from '#workload/known-data/list.ts';
import { programOf } from '#workload/known-data/program.ts';

/** What an image and its container say of themselves. */
export interface ServiceFacts {
  /** `library/postgres`: repositories that the image goes by, without registry, tag and digest. */
  readonly repositories: readonly string[];
  readonly tag?: string;
  readonly environment: ReadonlyMap<string, string>;
  /** Entrypoint and command. */
  readonly words: readonly string[];
  /** VOLUMEs of the image. */
  readonly volumes: readonly string[];
}

/** A service that a container runs, and where it keeps its data. */
export interface RecognisedService {
  readonly id: string;
  readonly title: string;
  /** Major version. */
  readonly version?: number;
  /** Absolute paths inside the container. */
  readonly directories: readonly string[];
  readonly scratch: readonly string[];
  /** `nothing`: its command line says so. */
  readonly keeps: KnownService['keeps'] | 'nothing';
  /** `client`: one of the service's tools runs, not its server. `unknown`: neither is seen, such as `sleep`. */
  readonly role: 'server' | 'client' | 'unknown';
  readonly sqlite: boolean;
}

/** Images of these publishers have the names of others but directories of their own, which are not known. */
const OWN_LAYOUT = /^(?:linuxserver|hotio|binhex|cimg|circleci|k8s-at-home|rapidfort|ironbank)\//;
/** Bitnami's images keep everything below `/bitnami/NAME`. */
const BITNAMI = /(?:^|\/)bitnami[a-z]*\/([a-z0-9-]+)$/;

/**
 * The service that an image is, by the last part of its repository's name or by environment variables that only its
 * images set. Undefined for all others: a name that merely contains a service's (`postgres-exporter`) is not it.
 */
export function recogniseService(facts: ServiceFacts): RecognisedService | undefined {
  const service = byName(facts) ?? byMark(facts);
  if (service === undefined) return undefined;
  const version = versionOf(service, facts);
  return {
    id: service.id,
    title: service.title,
    ...(version === undefined ? {} : { version }),
    directories: directoriesOf(service, version, facts),
    scratch: service.scratch ?? [],
    keeps: service.keepsNothing?.(facts.words) ? 'nothing' : service.keeps,
    role: roleOf(service, facts.words),
    sqlite: service.sqlite === true,
  };
}

function byName({ repositories }: ServiceFacts): KnownService | undefined {
  for (const repository of repositories) {
    if (OWN_LAYOUT.test(repository)) continue;
    const parts = repository.split('/');
    const names = [parts.at(-1) ?? '', parts.slice(-2).join('/')];
    const service = KNOWN_SERVICES.find(({ images }) => images.some((image) => names.includes(image)));
    if (service !== undefined) return service;
  }
  return undefined;
}

function byMark({ repositories, environment }: ServiceFacts): KnownService | undefined {
  if (repositories.some((repository) => OWN_LAYOUT.test(repository))) return undefined;
  return KNOWN_SERVICES.find(({ marks = [] }) => marks.some((mark) => environment.has(mark)));
}

function versionOf({ versions = [] }: KnownService, { environment, tag = '' }: ServiceFacts): number | undefined {
  for (const text of [...versions.map((name) => environment.get(name) ?? ''), tag]) {
    const match = /^v?(\d{1,4})(?:[.\-+~:]|$)/.exec(text);
    if (match !== null) return Number(match[1]);
  }
  return undefined;
}

function directoriesOf(service: KnownService, version: number | undefined, facts: ServiceFacts): readonly string[] {
  const bitnami = facts.repositories.map((repository) => BITNAMI.exec(repository)?.[1]).find((name) => name);
  const known = service.directories.filter(
    ({ from = 0, before = Number.POSITIVE_INFINITY }) => version === undefined || (version >= from && version < before),
  );
  // Without a version the image's own VOLUMEs decide; else all of them are looked at.
  const declared = known.filter(({ path }) => facts.volumes.includes(path));
  const chosen = version === undefined && declared.length > 0 ? declared : known;
  const paths = chosen.map(
    (directory) => movedTo(directory, facts) ?? (bitnami === undefined ? directory.path : `/bitnami/${bitnami}`),
  );
  return [...new Set(paths)];
}

/** Where an option, else a variable, moves a directory to; values that are no plain absolute path are not followed. */
function movedTo({ options = [], variable }: DataDirectory, { words, environment }: ServiceFacts): string | undefined {
  const values = options.flatMap((option) => {
    const at = words.lastIndexOf(option);
    const joined = words.findLast((word) => word.startsWith(`${option}=`));
    return [at < 0 ? undefined : words[at + 1], joined?.slice(option.length + 1)];
  });
  if (variable !== undefined) values.push(environment.get(variable));
  const found = values.find((value) => value !== undefined && /^\/[A-Za-z0-9._/-]{1,250}$/.test(value));
  return found?.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
}

function roleOf({ servers, clients = [] }: KnownService, words: readonly string[]): RecognisedService['role'] {
  const program = programOf(words);
  if (program === undefined || servers.includes(program.name)) return 'server';
  if (clients.includes(program.name)) return 'client';
  if (servers.some((server) => program.script.includes(server))) return 'server';
  return clients.some((client) => program.script.includes(client)) ? 'client' : 'unknown';
}
