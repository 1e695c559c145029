import type { BuildRule } from '#buildfile/rule.ts';
import { type ShellFinding, type ShellSubject, shellRule } from '#buildfile/rules/shell/shell-rule.ts';
import { nameOf } from '#buildfile/rules/shell/words-of.ts';
import type { Part, Range } from '#buildfile/shell/ast.ts';
import { expansionsOf, usedWordsOf } from '#buildfile/shell/expansions-of.ts';
import { plainText } from '#buildfile/shell/text.ts';
import { simpleCommands } from '#buildfile/shell/walk.ts';

const WHY = 'RUN’s shell is /bin/sh, which on Debian and Alpine is no bash: there it fails, or does something else.';
const FIX = 'Set SHELL ["/bin/bash", "-c"] before, or write it as POSIX has it.';

interface Bashism {
  readonly id: string;
  readonly code: string;
  /** What it is, at the beginning of a sentence. */
  readonly called: string;
  readonly bad: string;
  readonly good: string;
  /** Where it is; busybox’s shell knows more than others. */
  readonly at: (subject: ShellSubject) => Range | undefined;
}

/** A question whether a script for /bin/sh uses what POSIX shells need not have. */
export function bashism({ id, code, called, bad, good, at }: Bashism): BuildRule {
  return shellRule({
    id: `sh-${id}`,
    code,
    severity: 'medium',
    title: `No ${called.charAt(0).toLowerCase()}${called.slice(1)} in a script for /bin/sh`,
    why: WHY,
    fix: FIX,
    bad,
    good,
    find: (subject): ShellFinding | undefined => {
      if (subject.shell === 'bash' || subject.shell === 'ksh') return undefined;
      const found = at(subject);
      return found === undefined ? undefined : { at: found, sentence: `${called} is not in POSIX shells.` };
    },
  });
}

/** Where a part of a word is that fits, also within quotes. */
export function partAt({ script }: ShellSubject, fits: (part: Part, quoted: boolean) => boolean): Range | undefined {
  const within = (parts: readonly Part[], quoted: boolean): Range | undefined => {
    for (const part of parts) {
      if (fits(part, quoted)) return part.at;
      const inner = part.kind === 'double' ? within(part.parts, true) : undefined;
      if (inner !== undefined) return inner;
    }
    return undefined;
  };
  for (const { word } of usedWordsOf(script)) {
    const found = within(word.parts, false);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where an expansion in braces is that fits. */
export function operationAt(
  { script }: ShellSubject,
  fits: (operation: string, name: string) => boolean,
): Range | undefined {
  return expansionsOf(script).find(
    ({ part }) => part.kind === 'variable' && part.braced && fits(part.operation, part.name),
  )?.part.at;
}

/** Where a simple command is that fits, by its name and arguments. */
export function commandAt(
  { script }: ShellSubject,
  fits: (name: string, rest: readonly string[]) => boolean,
): Range | undefined {
  return simpleCommands(script).find((command) => fits(nameOf(command), command.words.slice(1).map(plainText)))?.at;
}
