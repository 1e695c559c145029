import { HoldfastError, systemCode } from '#core/errors.ts';

/** What the program's end says. Stable: scripts depend on it. */
export const exitCodes = { done: 0, failed: 1, usage: 2, deny: 3, unknown: 4 } as const;

/** Prints an error for people on standard error: what happened, and what to do. Gives the exit code. */
export function reportError(error: unknown): number {
  if (error instanceof HoldfastError) {
    const hint = error.hint === undefined ? '' : `\n  ${error.hint}`;
    process.stderr.write(`holdfast: ${error.message} [${error.code}]${hint}\n`);
    return error.kind === 'usage' ? exitCodes.usage : exitCodes.failed;
  }
  const code = systemCode(error);
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`holdfast: ${message} [${code ?? 'INTERNAL'}]\n`);
  if (process.env['HOLDFAST_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  else if (code === undefined) process.stderr.write('  This should not happen. HOLDFAST_DEBUG=1 shows where it did.\n');
  return exitCodes.failed;
}
