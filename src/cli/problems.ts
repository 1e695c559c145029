import type { Problem } from '#core/errors.ts';
import { printable } from '#report/columns.ts';

/** What went wrong while the work went on, on standard error. */
export function printProblems(problems: readonly Problem[]): void {
  for (const { code, message, path } of problems) {
    const where = path === undefined || message.includes(path) ? '' : ` (${path})`;
    process.stderr.write(`holdfast: ${printable(`${message}${where}`)} [${code}]\n`);
  }
}
