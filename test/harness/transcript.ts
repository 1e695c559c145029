import type { Bench, RunOptions } from './holdfast.ts';

/** A command line as it stands in a transcript; text in double quotes is one word. */
function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/**
 * Runs the commands one after the other, each without the leading `holdfast`, and gives what a reader would have seen:
 * standard output, standard error behind `2>`, the exit code. The scratch directory is written as `SCRATCH`.
 */
export async function transcript(bench: Bench, commands: readonly string[], options: RunOptions = {}): Promise<string> {
  const parts: string[] = [];
  for (const command of commands) {
    const { code, stdout, stderr } = await bench.run(wordsOf(command), options);
    const errors = stderr.replace(/^(?=.)/gm, '2> ');
    parts.push(`${`$ holdfast ${command}`.trim()}\n${stdout}${errors}exit ${code ?? 'by a signal'}\n`);
  }
  return parts.join('\n').replaceAll(bench.directory, 'SCRATCH');
}
