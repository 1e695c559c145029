import { HoldfastError, systemCode } from '#core/errors.ts';
import { printable } from '#report/columns.ts';

/** What the program's end says. Stable: scripts depend on it. */
export const exitCodes = { done: 0, failed: 1, usage: 2, deny: 3, unknown: 4 } as const;

/**
 * Prints an error for people on standard error: what happened, where, and what to do. Gives the exit code.
 * @param about which of several targets it is about
 */
export function reportError(error: unknown, about?: string): number {
  const message = error instanceof Error ? error.message : String(error);
  const from = about === undefined || message.includes(about) ? '' : `${printable(about)}: `;
  if (error instanceof HoldfastError) {
    const { path } = error;
    const where = path === undefined || message.includes(path) || about?.includes(path) ? '' : ` (${printable(path)})`;
    const hint = error.hint === undefined ? '' : `\n  ${printable(error.hint)}`;
    process.stderr.write(`holdfast: ${from}${shown(message, error.kind)}${where} [${error.code}]${hint}\n`);
    return error.kind === 'usage' ? exitCodes.usage : exitCodes.failed;
  }
  const code = systemCode(error);
  process.stderr.write(`holdfast: ${from}${printable(message)} [${code ?? 'INTERNAL'}]\n`);
  if (process.env['HOLDFAST_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  else if (code === undefined) process.stderr.write('  This should not happen. HOLDFAST_DEBUG=1 shows where it did.\n');
  return exitCodes.failed;
}

/** Of the operator's own files all faults are told at once, a line each; nobody else's text may begin a line. */
function shown(message: string, kind: HoldfastError['kind']): string {
  return kind === 'usage' ? message.split('\n').map(printable).join('\n') : printable(message);
}
