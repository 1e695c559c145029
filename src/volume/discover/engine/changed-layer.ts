import { object } from '#base/engine/answers.ts';
import { containerChanges } from '#base/engine/containers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { BLOCK, parseHeader } from '#base/tar/header.ts';
import { isWithin } from '#core/container-path.ts';
import type { TreeSurvey } from '#volume/discover/discovery.ts';
import { surveyNotes } from '#volume/discover/survey-notes.ts';
import { isSqliteName, SIGNATURES, SQLITE_HEADER } from '#workload/known-data/signatures.ts';

/** How many files of a container are asked for their size and beginning. */
const FILES_LIMIT = 32;

/**
 * What a container wrote, as the engine tells it: the list of changes, the size of all of them together, and of files
 * that may be a database's the size and the first bytes. Directories have no sizes of their own.
 * @param hidden paths that something is mounted on: the engine lists the mount points too
 * @throws `ENGINE_FAILED`
 */
export async function surveyChanges(engine: Engine, id: string, hidden: readonly string[]): Promise<TreeSurvey> {
  const notes = surveyNotes();
  const all = await containerChanges(engine, id);
  const paths = all
    .filter(({ kind }) => kind !== 'deleted')
    .map(({ path }) => `/${path}`)
    .filter((path) => !hidden.some((mount) => isWithin(path, mount)));
  const parents = new Set(paths.map(parentOf));
  let asked = 0;
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    // What has something below it is a directory. A leaf may be an empty one: files are not told apart.
    if (!parents.has(path)) notes.file(parentOf(path), 0);
    const signature = SIGNATURES.some(({ names }) => names.includes(name));
    if (!signature && !isSqliteName(name)) continue;
    asked += 1;
    const file = asked > FILES_LIMIT ? undefined : await beginningOf(engine, id, path);
    if (asked > FILES_LIMIT) notes.incomplete();
    if (signature) notes.named(name, path, file?.sizeBytes);
    else if (file?.beginning.equals(SQLITE_HEADER)) notes.sqlite(path, file.sizeBytes);
  }
  return { ...notes.survey(), sizeBytes: await layerSize(engine, id) };
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

async function layerSize(engine: Engine, id: string): Promise<number> {
  const path = `/containers/${id}/json?size=true`;
  const body = await engine.read(path);
  const size = body === undefined ? undefined : object(body, path)['SizeRw'];
  return typeof size === 'number' && size > 0 ? size : 0;
}

/** Reads the first blocks of the archive that the engine makes of one file, and gives up the rest. */
async function beginningOf(
  engine: Engine,
  id: string,
  path: string,
): Promise<{ readonly sizeBytes: number; readonly beginning: Buffer } | undefined> {
  const stream = await engine.stream(`/containers/${id}/archive?path=${encodeURIComponent(path)}`);
  if (stream === undefined) return undefined;
  try {
    let bytes = Buffer.alloc(0);
    for await (const chunk of stream) {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length >= 8 * BLOCK) break;
    }
    for (let at = 0; at + BLOCK <= bytes.length; ) {
      const header = parseHeader(bytes.subarray(at, at + BLOCK));
      if (header === undefined) return undefined;
      const body = at + BLOCK;
      // Records of long names come before the file that they are about.
      if (!['x', 'g', 'L', 'K'].includes(header.type)) {
        return { sizeBytes: header.sizeBytes, beginning: bytes.subarray(body, body + SQLITE_HEADER.length) };
      }
      at = body + Math.ceil(header.sizeBytes / BLOCK) * BLOCK;
    }
    return undefined;
  } finally {
    stream.close();
  }
}
