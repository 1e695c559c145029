import { interpolate, readEnvFile } from '#workload/dialects/compose/interpolate.ts';
import { mergeMaps } from '#workload/dialects/compose/merge.ts';
import type { ReadContext } from '#workload/dialects/dialect.ts';
import { field, items, pairs, text } from '#workload/document/fields.ts';
import type { MapNode, Node, Pair } from '#workload/document/node.ts';
import { readYaml } from '#workload/document/read-yaml.ts';

const MOST_FILES = 100;
const DEEPEST = 16;
const MAIN = /(?:^|\/)((?:docker-)?compose)\.(ya?ml)$/;
const OVERRIDE = /(?:^|\/)((?:docker-)?compose)\.override\.(ya?ml)$/;

interface Project {
  readonly context: ReadContext;
  readonly lookUp: (name: string) => string | undefined;
  /** Directory of the file that is judged, with a slash at its end; empty for the current one. */
  readonly home: string;
  files: number;
}

/**
 * The top of a compose file with what it extends and includes, and with the override beside it, which Compose takes by
 * itself. Undefined for such an override: it is judged with the file that it changes.
 */
export async function readProject(root: MapNode, context: ReadContext): Promise<MapNode | undefined> {
  const { path } = root.source;
  const [, overridden] = OVERRIDE.exec(path) ?? [];
  if (overridden !== undefined && (await firstBeside(context, `${overridden}.`)) !== undefined) return undefined;
  const environment = readEnvFile((await textBeside(context, '.env')) ?? '');
  const project: Project = {
    context,
    lookUp: (name) => context.variable(name) ?? environment.get(name),
    home: path.slice(0, path.lastIndexOf('/') + 1),
    files: 0,
  };
  const top = await load(root, '', project, 0);
  const [, name] = MAIN.exec(path) ?? [];
  const beside = name === undefined ? undefined : await firstBeside(context, `${name}.override.`);
  const over = beside === undefined ? undefined : await open(beside, project, 0);
  return over === undefined ? top : mergeMaps(top, over);
}

async function firstBeside(context: ReadContext, stem: string): Promise<string | undefined> {
  for (const ending of ['yaml', 'yml']) {
    if ((await textBeside(context, `${stem}${ending}`)) !== undefined) return `${stem}${ending}`;
  }
  return undefined;
}

/** A file, whole; undefined, and a problem, where it cannot be read. */
async function open(file: string, project: Project, depth: number): Promise<MapNode | undefined> {
  const root = await parse(file, project, depth);
  return root === undefined ? undefined : load(root, file, project, depth);
}

async function parse(file: string, project: Project, depth: number): Promise<MapNode | undefined> {
  const { context, home } = project;
  project.files += 1;
  if (project.files > MOST_FILES || depth > DEEPEST) {
    refuse(context, file, `files name more than ${MOST_FILES} others, or each other ${DEEPEST} deep`);
    return undefined;
  }
  const found = await textBeside(context, file);
  if (found === undefined) {
    refuse(context, file, 'it is not there');
    return undefined;
  }
  const read = readYaml({ path: file.startsWith('/') ? file : `${home}${file}`, text: found });
  for (const problem of read.problems) context.problem(problem);
  const root = read.documents[0]?.root;
  return root?.kind === 'map' ? root : undefined;
}

/** @param file as the one that is judged would name it; empty for that one itself */
async function load(root: MapNode, file: string, project: Project, depth: number): Promise<MapNode> {
  const top = interpolate(root, project.lookUp, project.context.problem) as MapNode;
  const services: Pair[] = [];
  const given = field(top, 'services');
  for (const { key, value } of pairs(given)) {
    services.push({ key, value: await extended(key.text, value, given, { file, seen: [] }, project) });
  }
  const whole =
    given?.kind === 'map'
      ? {
          ...top,
          pairs: top.pairs.map((pair) =>
            pair.value === given ? { ...pair, value: { ...given, pairs: services } } : pair,
          ),
        }
      : top;
  return withIncludes(whole, file, project, depth);
}

/** What a file includes, with the file itself over it. */
async function withIncludes(top: MapNode, file: string, project: Project, depth: number): Promise<MapNode> {
  let whole = top;
  for (const entry of items(field(top, 'include'))) {
    const path = entry.kind === 'scalar' ? entry : field(entry, 'path');
    let included: MapNode | undefined;
    for (const one of path?.kind === 'list' ? items(path) : [path]) {
      const named = text(one);
      if (named === undefined) continue;
      if (/^[a-z+]+:\/\/|^git@/.test(named)) {
        refuse(project.context, named, 'it is elsewhere, and nothing is fetched');
        continue;
      }
      const inner = await open(join(parent(file), named), project, depth + 1);
      if (inner !== undefined) included = included === undefined ? inner : mergeMaps(included, inner);
    }
    if (included !== undefined) whole = mergeMaps(included, whole);
  }
  return whole;
}

interface Place {
  readonly file: string;
  readonly seen: readonly string[];
}

/** A service with what it extends below it. */
async function extended(
  name: string,
  service: Node,
  services: Node | undefined,
  { file, seen }: Place,
  project: Project,
): Promise<Node> {
  const given = field(service, 'extends');
  const base = text(given) ?? text(field(given, 'service'));
  if (service.kind !== 'map' || base === undefined) return service;
  const other = text(field(given, 'file'));
  const where = other === undefined ? file : join(parent(file), other);
  const chain = [...seen, `${file}#${name}`];
  if (chain.includes(`${where}#${base}`)) {
    refuse(project.context, base, `${name} extends it, and it extends ${name}`);
    return service;
  }
  let others = services;
  if (other !== undefined) {
    const root = await parse(where, project, chain.length);
    others = root && field(interpolate(root, project.lookUp, project.context.problem), 'services');
  }
  const below = field(others, base);
  if (below === undefined) {
    if (others !== undefined) refuse(project.context, base, `${name} extends it, and there is no such service`);
    return service;
  }
  const whole = await extended(base, below, others, { file: where, seen: chain }, project);
  return whole.kind === 'map' ? mergeMaps(whole, service) : service;
}

function refuse(context: ReadContext, path: string, why: string): void {
  context.problem({
    code: 'COMPOSE_NOT_READ',
    message: `${path.slice(0, 200)} was not read: ${why}`,
    path,
    hint: 'What it would have said is not known, and was not judged.',
  });
}

async function textBeside(context: ReadContext, path: string): Promise<string | undefined> {
  try {
    return await context.beside(path);
  } catch {
    refuse(context, path, 'it is no text, is too large, or may not be opened');
    return undefined;
  }
}

function parent(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function join(directory: string, path: string): string {
  return directory === '' || path.startsWith('/') ? path : `${directory}/${path.replace(/^\.\//, '')}`;
}
