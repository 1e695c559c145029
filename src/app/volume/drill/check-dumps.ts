import { type DumpSource, dumpPath } from '#app/volume/drill/fetch-dumps.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { keptDumpFault } from '#volume/dump/check-dump.ts';
import { dumpCheckOf } from '#volume/dump/list.ts';

/** What a look at one kind of thing in a snapshot gave. */
export interface Looked {
  readonly count: number;
  /** What is damaged. */
  readonly bad: readonly Problem[];
  /** What was not looked at, and why. */
  readonly left: readonly Problem[];
}

const MOST_DUMPS = 20;
const MOST_BYTES = 512 * 1024 * 1024;

/**
 * Reads dumps of a snapshot that are not loaded, and looks at how they begin and end.
 * @param names as the manifest has them: `CONTAINER/postgres/globals.sql`
 */
export async function checkDumps(source: DumpSource, names: readonly string[]): Promise<Looked> {
  const bad: Problem[] = [];
  const known = names.flatMap((name) => {
    const check = dumpCheckOf(name.slice(name.indexOf('/') + 1));
    return check === undefined ? [] : [{ name, check }];
  });
  let count = 0;
  let leftBytes = MOST_BYTES;
  for (const { name, check } of known.slice(0, MOST_DUMPS)) {
    if (leftBytes <= 0) break;
    try {
      const content = counted(source.inside.content(source.row, dumpPath(source, name)), (size) => {
        leftBytes -= size;
      });
      const fault = await keptDumpFault(content, check);
      if (fault !== undefined) bad.push({ code: 'DRILL_DUMP_BAD', message: `The dump ${name} is not whole: ${fault}` });
    } catch (error) {
      bad.push({ code: 'DRILL_DUMP_BAD', message: `The dump ${name} cannot be read: ${problemOf(error).message}` });
    }
    count += 1;
  }
  const rest = names.length - count;
  return {
    count,
    bad,
    left: rest === 0 ? [] : [{ code: 'DRILL_DUMPS_LEFT', message: `${rest} dumps were not looked at` }],
  };
}

async function* counted(
  content: AsyncIterable<Uint8Array>,
  onSize: (size: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    onSize(chunk.length);
    yield chunk;
  }
}
