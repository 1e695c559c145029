import type { Instruction } from '#buildfile/model/instruction.ts';
import { type BuildRule, hadolint } from '#buildfile/rule.ts';
import { mendedShellForm } from '#buildfile/rules/shell-form-edit.ts';

export const relativeWorkdir: BuildRule = {
  id: 'build/relative-workdir',
  title: 'WORKDIR is a whole path',
  severity: 'medium',
  why: 'Where it is depends on what stood before, also in the base image: it changes with the next one.',
  elsewhere: [hadolint('DL3000')],
  bad: 'FROM debian:12.5\nWORKDIR app\n',
  good: 'FROM debian:12.5\nWORKDIR /app\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      const [path] = instruction.words;
      if (instruction.keyword !== 'WORKDIR' || path === undefined || /^[/$]|^[A-Za-z]:/.test(path.text)) continue;
      yield {
        instruction,
        span: path.span,
        sentence: `WORKDIR ${path.text} is relative.`,
        fix: `Write the whole path: /${path.text.replace(/^\.?\/*/, '')}`,
      };
    }
  },
};

const HIGHEST_PORT = 65_535;

export const invalidPort: BuildRule = {
  id: 'build/invalid-port',
  title: 'EXPOSE names ports from 0 to 65535',
  severity: 'high',
  why: 'There are no others: the build fails.',
  elsewhere: [hadolint('DL3011')],
  bad: 'FROM debian:12.5\nEXPOSE 80000\n',
  good: 'FROM debian:12.5\nEXPOSE 8080\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      if (instruction.keyword !== 'EXPOSE') continue;
      const beyond = instruction.words.find(({ text }) =>
        (text.split('/')[0] ?? '').split('-').some((port) => /^\d+$/.test(port) && Number(port) > HIGHEST_PORT),
      );
      if (beyond === undefined) continue;
      yield {
        instruction,
        span: beyond.span,
        sentence: `There is no port ${beyond.text}.`,
        fix: `Name one up to ${HIGHEST_PORT}.`,
      };
    }
  },
};

/** Only the last of several counts, in one stage. */
function repeated(keyword: string): BuildRule['check'] {
  return function* check({ file }) {
    let before = false;
    for (const instruction of file.instructions) {
      if (instruction.keyword === 'FROM') before = false;
      if (instruction.keyword !== keyword) continue;
      if (before) {
        yield {
          instruction,
          sentence: `This stage has a ${keyword} before: only the last one counts.`,
          fix: 'Remove the others.',
        };
      }
      before = true;
    }
  };
}

export const severalHealthchecks: BuildRule = {
  id: 'build/several-healthchecks',
  title: 'A stage has one HEALTHCHECK',
  severity: 'medium',
  why: 'Only the last one counts: what the others were to find out is not found out.',
  elsewhere: [hadolint('DL3012')],
  bad: 'FROM debian:12.5\nHEALTHCHECK CMD ["/bin/a"]\nHEALTHCHECK CMD ["/bin/b"]\n',
  good: 'FROM debian:12.5\nHEALTHCHECK CMD ["/bin/a"]\n',
  check: repeated('HEALTHCHECK'),
};

export const severalCmds: BuildRule = {
  id: 'build/several-cmds',
  title: 'A stage has one CMD',
  severity: 'medium',
  why: 'Only the last one counts: the others mislead whoever reads the file.',
  elsewhere: [hadolint('DL4003')],
  bad: 'FROM debian:12.5\nCMD ["/bin/a"]\nCMD ["/bin/b"]\n',
  good: 'FROM debian:12.5\nCMD ["/bin/b"]\n',
  check: repeated('CMD'),
};

export const severalEntrypoints: BuildRule = {
  id: 'build/several-entrypoints',
  title: 'A stage has one ENTRYPOINT',
  severity: 'medium',
  why: 'Only the last one counts: the others mislead whoever reads the file.',
  elsewhere: [hadolint('DL4004')],
  bad: 'FROM debian:12.5\nENTRYPOINT ["/bin/a"]\nENTRYPOINT ["/bin/b"]\n',
  good: 'FROM debian:12.5\nENTRYPOINT ["/bin/b"]\n',
  check: repeated('ENTRYPOINT'),
};

/** Whether a shell gets what the instruction starts. */
function isShellForm({ keyword, exec, words }: Instruction): boolean {
  if (keyword === 'CMD' || keyword === 'ENTRYPOINT') return !exec && words.length > 0;
  const [what, first] = words;
  return (
    keyword === 'HEALTHCHECK' && what?.text.toUpperCase() === 'CMD' && first !== undefined && !first.raw.startsWith('[')
  );
}

export const shellForm: BuildRule = {
  id: 'build/shell-form',
  title: 'CMD and ENTRYPOINT are lists of strings',
  severity: 'low',
  why: 'A shell stands between: signals to stop do not reach the program, and the engine kills it after ten seconds.',
  elsewhere: [hadolint('DL3025')],
  bad: 'FROM debian:12.5\nUSER 10001\nCMD sleep 60\n',
  good: 'FROM debian:12.5\nUSER 10001\nCMD ["sleep", "60"]\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      if (!isShellForm(instruction)) continue;
      yield {
        instruction,
        sentence: `${instruction.keyword} is a command for a shell, not a list of strings.`,
        fix: `Write ${instruction.keyword === 'HEALTHCHECK' ? 'CMD' : instruction.keyword} ["program", "argument"].`,
        edits: mendedShellForm(file, instruction),
      };
    }
  },
};

export const triggerInTrigger: BuildRule = {
  id: 'build/trigger-in-trigger',
  title: 'ONBUILD holds back no ONBUILD, FROM or MAINTAINER',
  severity: 'high',
  why: 'Builders refuse it.',
  elsewhere: [hadolint('DL3043')],
  bad: 'FROM debian:12.5\nONBUILD FROM debian:12.5\n',
  good: 'FROM debian:12.5\nONBUILD COPY . /app\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      const held = instruction.trigger?.keyword ?? '';
      if (!['ONBUILD', 'FROM', 'MAINTAINER'].includes(held)) continue;
      yield { instruction, sentence: `ONBUILD holds back ${held}.`, fix: 'Remove it.' };
    }
  },
};

export const maintainer: BuildRule = {
  id: 'build/maintainer',
  title: 'A label names the authors, not MAINTAINER',
  severity: 'low',
  why: 'MAINTAINER is deprecated: newer builders warn, and nothing reads it but docker inspect.',
  elsewhere: [hadolint('DL4000')],
  onHistory: true,
  bad: 'FROM debian:12.5\nMAINTAINER Ada <ada@example.com>\n',
  good: 'FROM debian:12.5\nLABEL org.opencontainers.image.authors="Ada <ada@example.com>"\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      if (instruction.keyword !== 'MAINTAINER') continue;
      const name = instruction.text.text.slice(instruction.argsAt).trim();
      const mendable = name !== '' && !/["'\\`$\n]/.test(name);
      const text = `LABEL org.opencontainers.image.authors="${name}"`;
      yield {
        instruction,
        sentence: 'MAINTAINER is deprecated.',
        fix: 'Write LABEL org.opencontainers.image.authors="…".',
        edits: mendable ? [{ ...instruction.span, text }] : [],
      };
    }
  },
};
