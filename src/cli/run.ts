import { CommanderError } from 'commander';
import { exitCodes, reportError } from '#cli/errors.ts';
import { unwritable } from '#cli/output.ts';
import { buildProgram } from '#cli/program.ts';
import { systemCode } from '#core/errors.ts';

/** Their exit code is an answer: whoever reads only the first line still asks for it. All of them end. */
const ANSWERING: ReadonlySet<string> = new Set(['scan', 'check', 'lint', 'doctor', 'affected', 'ledger']);

/** Runs one command line and gives its exit code. */
export async function run(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.done;
  const program = buildProgram((next) => {
    code = next;
  });
  // Whoever reads our output may stop reading: that is their good right, and no failure of ours.
  process.stdout.on('error', (error) => {
    if (systemCode(error) !== 'EPIPE') process.exit(reportError(unwritable(undefined, error)));
    if (!ANSWERING.has(args[0] ?? '')) process.exit(code);
  });
  try {
    await program.parseAsync(['node', 'holdfast', ...args]);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return reportError(error);
  }
  return code;
}
