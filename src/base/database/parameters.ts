import { HoldfastError } from '#core/errors.ts';

function refuse(what: string): never {
  throw new HoldfastError('DATABASE_PARAMETER', `${what} cannot be a parameter of a statement`);
}

/**
 * Refuses the parameters that an engine would change without a word or could not take: SQLite's driver ends the whole
 * process at a boolean, makes NULL of NaN and undefined, and reads text only up to a NUL character.
 * @throws `DATABASE_PARAMETER`
 */
export function checkParameters(parameters: readonly unknown[]): void {
  for (const value of parameters) {
    if (typeof value === 'string') {
      if (value.includes('\0')) refuse('text with a NUL character');
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) refuse(String(value));
    } else if (value !== null && typeof value !== 'bigint' && !(value instanceof Uint8Array)) {
      refuse(value === undefined ? 'undefined' : `a ${typeof value === 'object' ? 'Date or object' : typeof value}`);
    }
  }
}
