import type { Instruction } from '#buildfile/model/instruction.ts';
import { type BuildRule, hadolint } from '#buildfile/rule.ts';
import { callsOf } from '#buildfile/shell/calls.ts';

interface Before {
  readonly flags: string;
  readonly calls: number;
}

export const consecutiveRuns: BuildRule = {
  id: 'build/consecutive-runs',
  title: 'RUNs of one command each are one RUN',
  severity: 'negligible',
  why: 'Each makes a layer: what one removes stays in that of the other.',
  elsewhere: [hadolint('DL3059')],
  bad: 'FROM debian:12.5\nRUN make\nRUN make install\n',
  good: 'FROM debian:12.5\nRUN make && make install\n',
  *check({ file }) {
    let before: Before | undefined;
    for (const instruction of file.instructions) {
      if (instruction.script === undefined) {
        before = undefined;
        continue;
      }
      const now = { flags: flagsOf(instruction), calls: callsOf(instruction.script).length };
      // Where several are chained already, somebody thought of it.
      if (before === undefined || before.flags !== now.flags || now.calls > 1 || before.calls > 1) before = now;
      else {
        yield {
          instruction,
          sentence: 'This RUN follows another one.',
          fix: 'Join them with &&.',
        };
      }
    }
  },
};

function flagsOf({ flags }: Instruction): string {
  return flags.map(({ name, value = '' }) => `${name}=${value}`).join('\n');
}
