import type { BuildFile } from '#buildfile/model/build-file.ts';
import type { Problem } from '#core/errors.ts';
import { problemList } from '#core/problem-list.ts';

const MOST_CHARACTERS = 512 * 1024;
/** Engines take 127 layers. */
const MOST_INSTRUCTIONS = 5000;
const MOST_PROBLEMS = 20;

/** `{{ }}`, `{% %}`, `<% %>` and `${{ }}`, which something else fills in before there is a build file. */
const TEMPLATE = /\{\{|\{%|<%/;

/** What keeps a build file from being judged, as a whole or in parts. */
export const unreadable = {
  size: (text: string, path: string): Problem | undefined =>
    text.length <= MOST_CHARACTERS
      ? undefined
      : {
          code: 'BUILD_TOO_LARGE',
          message: `${path} has ${text.length} characters, and no more than ${MOST_CHARACTERS} are judged`,
          path,
          hint: 'Nobody writes such a build file: is it the right one?',
        },

  whole: (file: BuildFile, path: string): Problem | undefined => {
    const at = templateIn(file);
    if (at !== undefined) {
      const { line, column } = file.placeOf(at);
      return {
        code: 'BUILD_NOT_RENDERED',
        message: `${path}:${line}:${column} is a template that is not filled in yet: it was not judged`,
        path,
        hint: 'Fill it in first, and give the result to: holdfast lint -',
      };
    }
    if (file.instructions.length > MOST_INSTRUCTIONS) {
      const message = `${path} has ${file.instructions.length} instructions, and no more than ${MOST_INSTRUCTIONS} are judged`;
      return { code: 'BUILD_TOO_LARGE', message, path };
    }
    return undefined;
  },

  parts: (file: BuildFile, path: string): readonly Problem[] => {
    const problems = problemList(MOST_PROBLEMS, path);
    const where = (offset: number) => {
      const { line, column } = file.placeOf(offset);
      return `${path}:${line}:${column}`;
    };
    if (file.stages.length === 0) {
      problems.add({ code: 'BUILD_NO_FROM', message: `${path} has no FROM: it builds no image`, path });
    }
    for (const { span, heredocs, script, trigger } of file.instructions) {
      for (const { name } of heredocs.filter(({ open }) => open)) {
        const message = `${where(span.start)}: the line ${JSON.stringify(name)}, which ends the document, is missing`;
        problems.add({ code: 'BUILD_DOCUMENT_OPEN', message, path });
      }
      const read = script ?? trigger?.script;
      if (read?.gaveUp === undefined || read.gaveUp.foreign) continue;
      problems.add({
        code: 'BUILD_SCRIPT_UNREAD',
        message: `${where(read.fileOffset(read.gaveUp.at))}: this RUN’s commands were not judged, because ${read.gaveUp.why}`,
        path,
      });
    }
    return problems.all();
  },
};

/** Within commands braces are common (`--format '{{.Name}}'`): only where an instruction begins, or an image is named. */
function templateIn({ instructions }: BuildFile): number | undefined {
  for (const { written, keyword, keywordSpan, words } of instructions) {
    if (TEMPLATE.test(written)) return keywordSpan.start;
    const word = keyword === 'FROM' ? words.find(({ raw }) => TEMPLATE.test(raw)) : undefined;
    if (word !== undefined) return word.span.start;
  }
  return undefined;
}
