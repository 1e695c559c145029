import type { BuildFile } from '#buildfile/model/build-file.ts';
import type { Instruction } from '#buildfile/model/instruction.ts';
import { fileSpan } from '#buildfile/model/mapped-text.ts';
import type { TextEdit } from '#core/text-edit.ts';

const PLAIN = /^[\w./:@%+,-]+$/;
const OF_THE_SHELL: ReadonlySet<string> = new Set([
  ...[
    '.',
    ':',
    'alias',
    'bg',
    'break',
    'builtin',
    'case',
    'cd',
    'command',
    'continue',
    'declare',
    'do',
    'eval',
    'exec',
  ],
  ...['exit', 'export', 'fg', 'for', 'function', 'if', 'jobs', 'let', 'local', 'read', 'readonly', 'return', 'select'],
  ...[
    'set',
    'shift',
    'shopt',
    'source',
    'time',
    'times',
    'trap',
    'type',
    'ulimit',
    'umask',
    'unalias',
    'unset',
    'until',
  ],
  ...['wait', 'while'],
]);

/**
 * The same as a list of strings, where the shell would do nothing but start it: plain words, and nothing else in the
 * stage whose meaning changes with the form (an ENTRYPOINT in shell form ignores CMD, one in exec form is given it).
 */
export function mendedShellForm(file: BuildFile, instruction: Instruction): readonly TextEdit[] {
  const { keyword, words, text, argsAt, shell } = instruction;
  const [program] = words;
  if (program === undefined || keyword === 'HEALTHCHECK') return [];
  // Elsewhere most commands are the shell’s own.
  if (!shell.posix || file.directives.some(({ name, value }) => name === 'escape' && value === '`')) return [];
  if (!words.every(({ raw }) => PLAIN.test(raw)) || OF_THE_SHELL.has(program.text)) return [];
  const stage = file.stageOf(instruction);
  const other = keyword === 'CMD' ? 'ENTRYPOINT' : 'CMD';
  if (stage === undefined || stage.parent !== undefined) return [];
  if (stage.keywords.has(other) || stage.keywords.has('SHELL')) return [];
  const list = `[${words.map(({ raw }) => JSON.stringify(raw)).join(', ')}]`;
  const last = words.at(-1) ?? program;
  return [{ ...fileSpan(text, argsAt, last.at.end), text: list }];
}
