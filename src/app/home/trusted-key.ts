import { existsSync, readFileSync } from 'node:fs';
import { HoldfastError } from '#core/errors.ts';
import { parseVerifierKey, type VerifierKey } from '#ledger/note/keys.ts';

/**
 * The public key to check with: a verifier key as it is written, or a file that holds one.
 * @throws `KEY_MALFORMED`, `HOME_KEY_UNREADABLE`
 */
export function readTrustedKey(keyOrFile: string): VerifierKey {
  if (!existsSync(keyOrFile)) {
    if (keyOrFile.includes('+')) return parseVerifierKey(keyOrFile.trim());
    throw new HoldfastError('HOME_KEY_UNREADABLE', `There is no file ${keyOrFile}, and it is no verifier key`, {
      kind: 'usage',
      hint: 'holdfast init prints the key; the home keeps it in keys/ledger.pub.',
    });
  }
  return parseVerifierKey(readFileSync(keyOrFile, 'utf8').trim());
}
