import { flagValue } from '#buildfile/model/instruction.ts';
import { type BuildRule, hadolint } from '#buildfile/rule.ts';

export const stageNameTwice: BuildRule = {
  id: 'build/stage-name-twice',
  title: 'Names of stages are unique',
  severity: 'high',
  why: 'Which of them a COPY means is not what the reader thinks; builders refuse it, or take the last.',
  elsewhere: [hadolint('DL3024')],
  bad: 'FROM debian:12.5 AS build\nFROM debian:12.5 AS build\n',
  good: 'FROM debian:12.5 AS build\nFROM debian:12.5 AS test\n',
  *check({ file }) {
    const seen = new Set<string>();
    for (const { from, alias } of file.stages) {
      if (alias === undefined) continue;
      if (seen.has(alias.toLowerCase())) {
        yield { instruction: from, sentence: `A stage before is also called ${alias}.`, fix: 'Give it another name.' };
      }
      seen.add(alias.toLowerCase());
    }
  },
};

export const reservedStageName: BuildRule = {
  id: 'build/reserved-stage-name',
  title: 'No stage is called scratch or context',
  severity: 'medium',
  why: 'scratch is the empty image and context the build context: a stage of that name cannot be told from them.',
  elsewhere: [hadolint('DL3063')],
  bad: 'FROM debian:12.5 AS scratch\n',
  good: 'FROM debian:12.5 AS build\n',
  *check({ file }) {
    for (const { from, alias } of file.stages) {
      if (!['scratch', 'context'].includes(alias?.toLowerCase() ?? '')) continue;
      yield { instruction: from, sentence: `The stage has the reserved name ${alias}.`, fix: 'Give it another name.' };
    }
  },
};

export const copyFromUnknown: BuildRule = {
  id: 'build/copy-from-unknown',
  title: 'COPY --from names a stage before it, or an image with its version',
  severity: 'medium',
  why: 'A name that no stage has is taken for an image of some registry: a typing error fetches what a stranger pushed.',
  elsewhere: [hadolint('DL3022')],
  bad: 'FROM debian:12.5\nCOPY --from=bulid /app /app\n',
  good: 'FROM debian:12.5 AS build\nFROM debian:12.5\nCOPY --from=build /app /app\n',
  *check({ file }) {
    const names = new Set<string>();
    let stages = 0;
    for (const instruction of file.instructions) {
      if (instruction.keyword === 'FROM') {
        stages += 1;
        const [, as, alias] = instruction.words;
        if (as?.text.toLowerCase() === 'as' && alias !== undefined) names.add(alias.text.toLowerCase());
      }
      const from = instruction.keyword === 'COPY' ? flagValue(instruction, 'from') : undefined;
      if (from === undefined || from.includes(':') || names.has(from.toLowerCase())) continue;
      const [digits] = /^\d+/.exec(from) ?? [];
      if (digits !== undefined && Number(digits) < stages) continue;
      yield {
        instruction,
        sentence: `No stage before is called ${from}.`,
        fix: 'Name a stage before, or an image with its version.',
      };
    }
  },
};

export const copyFromItself: BuildRule = {
  id: 'build/copy-from-itself',
  title: 'No stage copies from itself',
  severity: 'high',
  why: 'The stage is not there before it is done: the build fails.',
  elsewhere: [hadolint('DL3023')],
  bad: 'FROM debian:12.5 AS build\nCOPY --from=build /a /b\n',
  good: 'FROM debian:12.5 AS build\nFROM debian:12.5\nCOPY --from=build /a /b\n',
  *check({ file }) {
    for (const { alias, index, instructions } of file.stages) {
      for (const instruction of instructions) {
        const from = instruction.keyword === 'COPY' ? flagValue(instruction, 'from') : undefined;
        if (from === undefined || (from.toLowerCase() !== alias?.toLowerCase() && from !== String(index))) continue;
        yield {
          instruction,
          sentence: `The stage ${from} copies from itself.`,
          fix: 'Name another stage, or call cp.',
        };
      }
    }
  },
};

export const copyWholeStage: BuildRule = {
  id: 'build/copy-whole-stage',
  title: 'COPY does not take the whole of another stage',
  severity: 'medium',
  why: 'Compilers, sources and secrets of the stage come along: what several stages were to keep out is in.',
  elsewhere: [hadolint('DL3067')],
  bad: 'FROM debian:12.5 AS build\nFROM scratch\nCOPY --from=build / /\n',
  good: 'FROM debian:12.5 AS build\nFROM scratch\nCOPY --from=build /app /app\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      const { keyword, words } = instruction;
      if (keyword !== 'COPY' || flagValue(instruction, 'from') === undefined) continue;
      const sources = words.slice(0, -1);
      if (words.at(-1)?.text !== '/' || !sources.some(({ text }) => text === '/')) continue;
      yield {
        instruction,
        sentence: `All files of ${flagValue(instruction, 'from')} are copied.`,
        fix: 'Copy what is needed, by its path.',
      };
    }
  },
};

export const instructionBeforeFrom: BuildRule = {
  id: 'build/instruction-before-from',
  title: 'Only ARG stands before the first FROM',
  severity: 'high',
  why: 'There is nothing yet that it could change: the build fails.',
  elsewhere: [hadolint('DL3061')],
  bad: 'RUN true\nFROM debian:12.5\n',
  good: 'ARG VERSION=12.5\nFROM debian:$VERSION\n',
  *check({ file }) {
    for (const instruction of file.preamble) {
      if (instruction.keyword === 'ARG') continue;
      yield { instruction, sentence: `${instruction.keyword} stands before any FROM.`, fix: 'Move it below FROM.' };
    }
  },
};
