import type { Memo } from '#buildfile/memo.ts';
import { type ImageName, imageName } from '#buildfile/model/image-name.ts';
import { type Instruction, readInstruction } from '#buildfile/model/instruction.ts';
import { type Comment, type Directive, type LogicalLine, logicalLines } from '#buildfile/model/logical-lines.ts';
import { shellsOf } from '#buildfile/model/shells.ts';
import { type Place, placesOf } from '#buildfile/model/span.ts';
import { DEFAULT_SHELL } from '#buildfile/shell/shell-in-use.ts';

/** A Dockerfile or Containerfile. */
export interface BuildFile {
  readonly text: string;
  /** All, in their order. */
  readonly instructions: readonly Instruction[];
  /** What stands before the first FROM. */
  readonly preamble: readonly Instruction[];
  readonly stages: readonly Stage[];
  readonly comments: readonly Comment[];
  readonly directives: readonly Directive[];
  readonly placeOf: (offset: number) => Place;
  readonly memo: Memo;
  /** Undefined before the first FROM. */
  readonly stageOf: (instruction: Instruction) => Stage | undefined;
}

/** From one FROM to the next. */
export interface Stage {
  /** Counts from 0. */
  readonly index: number;
  readonly from: Instruction;
  readonly image: ImageName;
  readonly alias?: string;
  /** The stage that it goes on from, where FROM names one. */
  readonly parent?: Stage;
  /** After FROM. */
  readonly instructions: readonly Instruction[];
  /** Those of its instructions. */
  readonly keywords: ReadonlySet<string>;
}

/** Reads a build file. Whatever the text is, it does not throw; time grows with its length. */
export function readBuildFile(text: string): BuildFile {
  const { lines, comments, directives } = logicalLines(text);
  const escapeChar = directives.find(({ name }) => name === 'escape')?.value === '`' ? '`' : '\\';
  return buildFileOf(text, lines, comments, directives, escapeChar);
}

/** The same from lines that were made elsewhere. */
export function buildFileOf(
  text: string,
  lines: readonly LogicalLine[],
  comments: readonly Comment[],
  directives: readonly Directive[],
  escapeChar: string,
): BuildFile {
  const shells = shellsOf(lines, comments);
  const instructions = lines.map((line, index) =>
    readInstruction(text, line, escapeChar, shells[index] ?? DEFAULT_SHELL),
  );
  const firstFrom = instructions.findIndex(({ keyword }) => keyword === 'FROM');
  const preamble = firstFrom < 0 ? instructions : instructions.slice(0, firstFrom);
  const stages = firstFrom < 0 ? [] : stagesOf(instructions.slice(firstFrom));
  const owners = new Map(stages.flatMap((stage) => [stage.from, ...stage.instructions].map((one) => [one, stage])));
  return {
    text,
    instructions,
    preamble,
    stages,
    stageOf: (instruction) => owners.get(instruction),
    comments,
    directives,
    placeOf: placesOf(text),
    memo: new Map(),
  };
}

function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const stages: Stage[] = [];
  const byName = new Map<string, Stage>();
  for (let at = 0; at < instructions.length; ) {
    const from = instructions[at];
    if (from === undefined) break;
    let end = at + 1;
    while (end < instructions.length && instructions[end]?.keyword !== 'FROM') end += 1;
    const image = imageName(from.words[0]?.raw ?? '');
    const alias = aliasOf(from);
    const parent = byName.get(image.written.toLowerCase());
    const own = instructions.slice(at + 1, end);
    const stage: Stage = {
      index: stages.length,
      from,
      image,
      ...(alias === undefined ? {} : { alias }),
      ...(parent === undefined ? {} : { parent }),
      instructions: own,
      keywords: new Set(own.map(({ keyword }) => keyword)),
    };
    stages.push(stage);
    if (alias !== undefined) byName.set(alias.toLowerCase(), stage);
    at = end;
  }
  return stages;
}

/** What FROM calls its stage. */
function aliasOf({ words }: Instruction): string | undefined {
  return words[1]?.text.toLowerCase() === 'as' ? words[2]?.text : undefined;
}
