import { CommanderError } from 'commander';
import { exitCodes, reportError } from '#cli/errors.ts';
import { buildProgram } from '#cli/program.ts';
import { systemCode } from '#core/errors.ts';

/** Runs one command line and gives its exit code. */
export async function run(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.done;
  const program = buildProgram((next) => {
    code = next;
  });
  // Whoever reads our output may stop reading: that is their good right, and no failure of ours.
  process.stdout.on('error', (error) => {
    if (systemCode(error) !== 'EPIPE') throw error;
    process.exit(code);
  });
  try {
    await program.parseAsync(['node', 'holdfast', ...args]);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return reportError(error);
  }
  return code;
}
