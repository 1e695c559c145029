import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isObject, optionalString } from '#core/oci/json.ts';
import type { Guarded } from '#volume/guard/parse-command.ts';

/** What a Compose command means. */
export interface ComposeMeaning {
  readonly project: string;
  /** Names of its volumes, also of those that are not made by it; undefined when Compose could not be asked. */
  readonly volumes?: readonly string[];
}

type ComposeCommand = Extract<Guarded, { readonly kind: 'compose' }>;

const ASK_LIMIT_MS = 60_000;
const ANSWER_LIMIT_BYTES = 32 * 1024 * 1024;
const FILE_LIMIT_BYTES = 4 * 1024 * 1024;
const DEFAULT_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/**
 * The project and the volumes of a Compose command: Compose itself is asked (`config --format json`), with the operator's own
 * options. One that is too old to answer so leaves the project's name, found by its rules; undefined when that is not certain.
 */
export async function askCompose(
  command: ComposeCommand,
  environment: NodeJS.ProcessEnv,
  directory: string,
): Promise<ComposeMeaning | undefined> {
  const said = await configOf(command, environment, directory);
  if (said !== undefined) return said;
  const project = projectOf(command, environment, directory);
  return project === undefined ? undefined : { project };
}

function configOf(
  { asking }: ComposeCommand,
  environment: NodeJS.ProcessEnv,
  cwd: string,
): Promise<ComposeMeaning | undefined> {
  const [program = '', ...args] = asking;
  const options = {
    env: environment,
    cwd,
    timeout: ASK_LIMIT_MS,
    maxBuffer: ANSWER_LIMIT_BYTES,
    killSignal: 'SIGKILL' as const,
  };
  return new Promise((done) => {
    const child = execFile(program, [...args, 'config', '--format', 'json'], options, (error, stdout) => {
      done(error === null ? meaningIn(stdout) : undefined);
    });
    child.stdin?.end();
  });
}

/** It holds the values of environments: nothing but names is kept. */
function meaningIn(text: string): ComposeMeaning | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    const project = optionalString(value, 'name');
    if (project === undefined) return undefined;
    const volumes = isObject(value['volumes']) ? value['volumes'] : {};
    const names = Object.entries(volumes).map(
      ([key, volume]) => (isObject(volume) ? optionalString(volume, 'name') : undefined) ?? `${project}_${key}`,
    );
    return { project, volumes: names };
  } catch {
    return undefined;
  }
}

/** `--project-name`, `COMPOSE_PROJECT_NAME`, the file's `name`, the directory's name: in this order. */
function projectOf(
  { project, files, projectDirectory }: ComposeCommand,
  environment: NodeJS.ProcessEnv,
  directory: string,
): string | undefined {
  const named = project ?? environment['COMPOSE_PROJECT_NAME'];
  if (named) return named;
  const separator = environment['COMPOSE_PATH_SEPARATOR'] || ':';
  const given =
    files.length > 0 ? files : (environment['COMPOSE_FILE'] ?? '').split(separator).filter((file) => file !== '');
  const found = given.length > 0 ? given.map((file) => resolve(directory, file)) : searched(directory);
  const [first] = found;
  if (first === undefined) return undefined;
  const base = projectDirectory === undefined ? dirname(first) : resolve(directory, projectDirectory);
  // The file beside it may name the project, too.
  const setting = /^\s*(?:export\s+)?COMPOSE_PROJECT_NAME\s*=\s*["']?([a-z0-9][a-z0-9_-]*)["']?\s*$/m.exec(
    textOf(join(base, '.env')) ?? '',
  );
  if (setting?.[1] !== undefined) return setting[1];
  for (const file of [...found].reverse()) {
    const text = textOf(file);
    if (text === undefined) return undefined;
    const line = text.split('\n').find((one) => /^name\s*:/.test(one));
    if (line === undefined) continue;
    const name =
      line
        .slice(line.indexOf(':') + 1)
        .split(' #', 1)[0]
        ?.trim() ?? '';
    const plain = /^(["']?)([a-z0-9][a-z0-9_-]*)\1$/.exec(name)?.[2];
    // With variables in it, only Compose knows it.
    return plain;
  }
  const normal = basename(base)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
  return normal === '' ? undefined : normal;
}

/** The first directory from here upwards that has one of the usual files. */
function searched(directory: string): readonly string[] {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const file = DEFAULT_FILES.map((name) => join(at, name)).find((path) => textOf(path) !== undefined);
    if (file !== undefined) return [file];
    if (at === dirname(at)) return [];
  }
}

function textOf(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    return bytes.length > FILE_LIMIT_BYTES ? undefined : bytes.toString('utf8');
  } catch {
    return undefined;
  }
}
