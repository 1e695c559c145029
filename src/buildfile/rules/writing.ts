import { KEYWORDS } from '#buildfile/keywords.ts';
import { pairsOf } from '#buildfile/model/pairs.ts';
import { type BuildRule, type Finding, hadolint } from '#buildfile/rule.ts';

export const unknownInstruction: BuildRule = {
  id: 'build/unknown-instruction',
  title: 'Every line begins with an instruction',
  severity: 'high',
  why: 'Builders refuse the file; often a line before was to be continued and is not.',
  elsewhere: [],
  bad: 'FROM debian:12.5\nRUNN make\n',
  good: 'FROM debian:12.5\nRUN make\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      const held = instruction.trigger ?? instruction;
      if (KEYWORDS.has(held.keyword)) continue;
      yield {
        instruction,
        span: held.keywordSpan,
        sentence: `There is no instruction ${JSON.stringify(held.written.slice(0, 40))}.`,
        fix: 'Write a known one; end the line before with a backslash where this one continues it.',
      };
    }
  },
};

export const keywordCase: BuildRule = {
  id: 'build/keyword-case',
  title: 'Instructions are written in one case',
  severity: 'negligible',
  why: 'Upper case is the custom by which people tell instructions from their arguments; BuildKit warns of a mixture.',
  elsewhere: [],
  bad: 'FROM debian:12.5\nrun make\n',
  good: 'FROM debian:12.5\nRUN make\n',
  *check({ file }) {
    const upper = file.instructions.filter(({ written, keyword }) => written === keyword).length;
    const lower = file.instructions.filter(({ written }) => written === written.toLowerCase()).length;
    // A file that is in lower case throughout is of one mind.
    const all = upper === 0 && lower === file.instructions.length;
    for (const instruction of file.instructions) {
      const { written, keyword, keywordSpan } = instruction;
      if (all || written === keyword || !KEYWORDS.has(keyword)) continue;
      const whole = keywordSpan.end - keywordSpan.start === written.length;
      yield {
        instruction,
        span: keywordSpan,
        sentence: `${written} is not written like the other instructions.`,
        fix: `Write ${keyword}.`,
        edits: whole ? [{ ...keywordSpan, text: keyword }] : [],
      } satisfies Finding;
    }
  },
};

export const asCase: BuildRule = {
  id: 'build/as-case',
  title: 'FROM and AS are written in the same case',
  severity: 'negligible',
  why: 'It is easily read over; BuildKit warns of it.',
  elsewhere: [],
  bad: 'FROM debian:12.5 as build\n',
  good: 'FROM debian:12.5 AS build\n',
  *check({ file }) {
    for (const { from } of file.stages) {
      const [, as] = from.words;
      if (as === undefined || as.raw.toLowerCase() !== 'as') continue;
      const text = from.written === from.keyword ? 'AS' : from.written === from.written.toLowerCase() ? 'as' : as.raw;
      if (as.raw === text) continue;
      yield {
        instruction: from,
        span: as.span,
        sentence: `${as.raw} is not written like ${from.written}.`,
        fix: `Write ${text}.`,
        edits: as.span.end - as.span.start === 2 ? [{ ...as.span, text }] : [],
      };
    }
  },
};

export const stageNameCase: BuildRule = {
  id: 'build/stage-name-case',
  title: 'Names of stages are in lower case',
  severity: 'negligible',
  why: 'Builders compare them without regard to case, people do not.',
  elsewhere: [],
  bad: 'FROM debian:12.5 AS Build\n',
  good: 'FROM debian:12.5 AS build\n',
  *check({ file }) {
    for (const { from, alias } of file.stages) {
      if (alias === undefined || alias === alias.toLowerCase()) continue;
      yield {
        instruction: from,
        sentence: `The stage is called ${alias}.`,
        fix: `Call it ${alias.toLowerCase()}, also where it is named.`,
      };
    }
  },
};

export const oldPair: BuildRule = {
  id: 'build/old-pair',
  title: 'ENV and LABEL are written with =',
  severity: 'low',
  why: 'Without it, all that follows is the value, further names included; the form is deprecated and BuildKit warns.',
  elsewhere: [],
  bad: 'FROM debian:12.5\nENV LANG C.UTF-8\n',
  good: 'FROM debian:12.5\nENV LANG=C.UTF-8\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      if (instruction.keyword !== 'ENV' && instruction.keyword !== 'LABEL') continue;
      const [pair] = pairsOf(instruction);
      if (pair === undefined || !pair.old || !pair.given) continue;
      const plain = /^[\w./:@%+, -]+$/.test(pair.value) && !instruction.text.text.includes('"');
      const value = pair.value.includes(' ') ? `"${pair.value}"` : pair.value;
      const whole = instruction.text.text.length === instruction.span.end - instruction.span.start;
      yield {
        instruction,
        sentence: `${instruction.keyword} ${pair.name} is set without =.`,
        fix: `Write ${instruction.keyword} ${pair.name}=…`,
        edits: plain && whole ? [{ ...pair.span, text: `${pair.name}=${value}` }] : [],
      };
    }
  },
};

export const envRefersToItself: BuildRule = {
  id: 'build/env-refers-to-itself',
  title: 'ENV does not use what it sets itself',
  severity: 'medium',
  why: 'All values of one ENV are those from before: the new one is not there yet.',
  elsewhere: [hadolint('DL3044')],
  bad: 'FROM debian:12.5\nENV HOME_DIR=/srv BIN_DIR=$HOME_DIR/bin\n',
  good: 'FROM debian:12.5\nENV HOME_DIR=/srv\nENV BIN_DIR=$HOME_DIR/bin\n',
  *check({ file }) {
    const known = new Set<string>();
    for (const instruction of file.instructions) {
      if (instruction.keyword === 'ARG') for (const { name } of pairsOf(instruction)) known.add(name);
      if (instruction.keyword !== 'ENV') continue;
      const pairs = pairsOf(instruction);
      const times = new Map<string, number>();
      for (const { name } of pairs) times.set(name, (times.get(name) ?? 0) + 1);
      const used = pairs.flatMap((pair) =>
        [...pair.value.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)].flatMap(([, braced, bare]) => {
          const name = braced ?? bare ?? '';
          const others = (times.get(name) ?? 0) - (pair.name === name ? 1 : 0);
          return others > 0 && !known.has(name) ? [name] : [];
        }),
      );
      for (const { name } of pairs) known.add(name);
      const [first] = used;
      if (first === undefined) continue;
      yield {
        instruction,
        sentence: `ENV uses ${first}, which it sets itself.`,
        fix: `Set ${first} in an ENV of its own before.`,
      };
    }
  },
};
