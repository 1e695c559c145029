import type { Comment, LogicalLine } from '#buildfile/model/logical-lines.ts';
import { DEFAULT_SHELL, type ShellInUse, shellNamed } from '#buildfile/shell/shell-in-use.ts';

const PRAGMA = /^\s*(?:hadolint|holdfast)\s+shell\s*=\s*([^\s#]+)/;
const SHELL = /^SHELL\s*\[\s*"((?:[^"\\]|\\.)*)"/i;
const FROM = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i;
const WINDOWS = /^FROM\s+(?:--\S+\s+)*\S*(?:windows|nanoserver|servercore)/i;

/**
 * Which shell runs the commands of each instruction: what SHELL or a comment (`# hadolint shell=pwsh`) said last in the
 * stage or in the one that it is made from, else the default of the base image's system, which only its name tells. A comment before the first FROM is for
 * all stages.
 */
export function shellsOf(lines: readonly LogicalLine[], comments: readonly Comment[]): readonly ShellInUse[] {
  const said = comments.flatMap(({ start, text }) => {
    const [, name] = PRAGMA.exec(text.slice(0, 200)) ?? [];
    return name === undefined ? [] : [{ start, shell: shellNamed(name) }];
  });
  let next = 0;
  let general: ShellInUse | undefined;
  let inStage = false;
  let stage: string | undefined;
  /** What each stage ended with, by its name. */
  const byName = new Map<string, ShellInUse>();
  let now = DEFAULT_SHELL;
  return lines.map(({ span, header }) => {
    for (let one = said[next]; one !== undefined && one.start < span.start; one = said[next]) {
      now = one.shell;
      if (!inStage) general = one.shell;
      next += 1;
    }
    const head = header.text.slice(0, 500);
    if (/^FROM\s/i.test(head)) {
      const [, image = '', alias] = FROM.exec(head) ?? [];
      now = general ?? byName.get(image.toLowerCase()) ?? (WINDOWS.test(head) ? shellNamed('cmd') : DEFAULT_SHELL);
      stage = alias?.toLowerCase();
      inStage = true;
    }
    const [, program] = SHELL.exec(head) ?? [];
    if (program !== undefined) now = shellNamed(program.replaceAll('\\\\', '\\'));
    if (stage !== undefined) byName.set(stage, now);
    return now;
  });
}
