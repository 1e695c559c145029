import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { writing } from '#base/files/writing.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

const LIMIT_BYTES = 16 * 1024;

/** The one line of a small file; `-` is standard input. @throws `NOTIFY_SECRET_UNREADABLE` */
export function readSecretLine(path: string): string {
  const text = readSmall(path)
    .replace(/^\uFEFF/, '')
    .trim();
  const why = text === '' ? 'is empty' : /[\r\n]/.test(text) ? 'holds more than one line' : undefined;
  if (why === undefined) return text;
  throw new HoldfastError('NOTIFY_SECRET_UNREADABLE', `${path === '-' ? 'Standard input' : path} ${why}`, {
    kind: 'usage',
    hint: 'Put the address, the secret or the password alone on one line.',
  });
}

function readSmall(path: string): string {
  let why = 'it is too large';
  try {
    if (path === '-') return readFileSync(0, 'utf8').slice(0, LIMIT_BYTES);
    if (statSync(path).size <= LIMIT_BYTES) return readFileSync(path, 'utf8');
  } catch (error) {
    why = systemCode(error) ?? 'unknown';
  }
  throw new HoldfastError('NOTIFY_SECRET_UNREADABLE', `${path} cannot be read: ${why}`, { kind: 'usage' });
}

/** Writes a secret for somebody else into a file that was not there. @throws `FILE_NOT_WRITTEN` */
export function writeNewSecret(path: string, secret: string): void {
  writing(path, () => writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx' }));
}
