import type { Stage } from '#buildfile/model/build-file.ts';
import type { Instruction } from '#buildfile/model/instruction.ts';
import { type BuildRule, hadolint } from '#buildfile/rule.ts';
import { shellNamed } from '#buildfile/shell/shell-in-use.ts';
import { hasPipe } from '#buildfile/shell/walk.ts';

export const pipeHidesFailure: BuildRule = {
  id: 'build/pipe-hides-failure',
  title: 'A failure within a pipe fails the build',
  severity: 'medium',
  why: 'Only the last program of a pipe counts: a download that failed goes unnoticed, and half a file is unpacked.',
  elsewhere: [hadolint('DL4006')],
  bad: 'FROM debian:12.5\nRUN sort names | uniq > once\n',
  good: 'FROM debian:12.5\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN sort names | uniq > once\n',
  *check({ file }) {
    let shell: Instruction | undefined;
    const shells = new Map<Stage | undefined, Instruction | undefined>();
    for (const instruction of file.instructions) {
      const stage = file.stageOf(instruction);
      // A stage goes on with the shell of the one that it is made from.
      if (instruction.keyword === 'FROM') shell = stage?.parent === undefined ? undefined : shells.get(stage.parent);
      if (instruction.keyword === 'SHELL') shell = instruction;
      shells.set(stage, shell);
      const { script } = instruction;
      if (script === undefined || !hasPipe(script) || stopsAtFailure(shell)) continue;
      yield {
        instruction,
        sentence: 'Whether the programs before the pipe failed is not looked at.',
        fix: 'Set before: SHELL ["/bin/bash", "-o", "pipefail", "-c"]; on Alpine /bin/ash.',
      };
    }
  },
};

function stopsAtFailure(shell: Instruction | undefined): boolean {
  if (shell === undefined) return false;
  const { posix, name } = shellNamed(shell.words[0]?.text ?? '');
  if (!posix) return true;
  const words = shell.words.map(({ text }) => text);
  const options = words.some((word) => /^-[a-z]*o$/.test(word));
  return ['bash', 'zsh', 'ash'].includes(name) && options && words.includes('pipefail');
}
