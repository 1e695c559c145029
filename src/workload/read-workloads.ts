import type { Problem } from '#core/errors.ts';
import type { DocumentReading, ReadContext } from '#workload/dialects/dialect.ts';
import { DIALECTS } from '#workload/dialects/list.ts';
import type { Node, SourceText } from '#workload/document/node.ts';
import { readJson } from '#workload/document/read-json.ts';
import { readYaml } from '#workload/document/read-yaml.ts';
import { isTemplate, unrenderedIn } from '#workload/document/unrendered.ts';
import type { DialectId } from '#workload/model/workload.ts';

/** What a file says about what runs. */
export interface WorkloadFile {
  readonly source: SourceText;
  readonly documents: readonly ReadDocument[];
  /** What its documents were taken for, also where they hold nothing of their own: an override of another file. */
  readonly dialects: ReadonlySet<DialectId>;
  /** What could not be read, and where. */
  readonly problems: readonly Problem[];
  /** `read`: whatever is in it was understood, but for the problems. `template`: it is to be rendered first. */
  readonly state: 'read' | 'template' | 'unreadable';
}

export interface ReadDocument extends DocumentReading {
  readonly dialect: DialectId;
}

const MOST_BYTES = 8 * 1024 * 1024;
const HINT = 'Render it first (helm template, kustomize build) and pipe the outcome in.';

/**
 * The documents of a file, in whatever dialect each is; those of none are passed over. Never throws for what is in it.
 */
export async function readWorkloads(
  source: SourceText,
  around: Pick<ReadContext, 'beside' | 'variable'>,
): Promise<WorkloadFile> {
  const problems: Problem[] = [];
  const none = { source, documents: [], dialects: new Set<DialectId>(), problems };
  if (source.text.length > MOST_BYTES) {
    const message = `${source.path} has more than ${MOST_BYTES / 1024 / 1024} MiB`;
    problems.push({
      code: 'WORKLOAD_TOO_LARGE',
      message,
      path: source.path,
      hint: 'Judge its documents in separate files.',
    });
    return { ...none, state: 'unreadable' };
  }
  const roots = rootsOf(source, problems);
  if (roots.some((root) => root === 'template') || (problems.length > 0 && isTemplate(source))) {
    const message = `${source.path} is a template that was not rendered: what it will say is not known`;
    return {
      ...none,
      problems: [{ code: 'WORKLOAD_TEMPLATE', message, path: source.path, hint: HINT }],
      state: 'template',
    };
  }
  const documents: ReadDocument[] = [];
  const dialects = new Set<DialectId>();
  for (const root of roots) {
    if (root === 'template') continue;
    const dialect = DIALECTS.find(({ recognises }) => recognises(root));
    if (dialect === undefined) continue;
    dialects.add(dialect.id);
    const reading = await dialect.read(root, { ...around, problem: (problem) => problems.push(problem) });
    for (const document of reading.documents) documents.push({ ...document, dialect: dialect.id });
  }
  const unreadable = documents.length === 0 && problems.length > 0;
  return { source, documents, dialects, problems, state: unreadable ? 'unreadable' : 'read' };
}

function rootsOf(source: SourceText, problems: Problem[]): readonly (Node | 'template')[] {
  const json = /^\s*[[{]/.test(source.text) ? readJson(source) : undefined;
  if (json !== undefined) return [json];
  const file = readYaml(source);
  problems.push(...file.problems);
  return file.documents.map(({ root, problems: found }) => {
    const unrendered = unrenderedIn(root);
    if (unrendered !== undefined) return 'template';
    problems.push(...found);
    return root;
  });
}
