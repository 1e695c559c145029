import type { Key } from '#app/home/backup/age-lock.ts';
import { peek } from '#base/files/peek.ts';
import { HoldfastError } from '#core/errors.ts';

const HEADER_LIMIT_BYTES = 64 * 1024;
const FIRST_LINE = 'age-encryption.org/v1\n';

/** age's own work factor; each step more doubles memory and time. */
const MOST_SCRYPT_LOG_N = 18;

/**
 * Decrypts what passes by (age-encryption.org/v1). Every chunk was authenticated before it is given; that nothing is
 * missing shows at the end only.
 * @throws `BACKUP_NOT_ONE`, `BACKUP_PASSPHRASE_WRONG`, `BACKUP_IDENTITY_WRONG`, `BACKUP_IDENTITY_INVALID`, `BACKUP_LOCKED_OTHERWISE`,
 * `BACKUP_DAMAGED`
 */
export async function* decrypted(chunks: AsyncIterable<Uint8Array>, key: Key): AsyncGenerator<Uint8Array> {
  const { head, all } = await peek(chunks, HEADER_LIMIT_BYTES);
  checkHeader(head, key);
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  if (key.kind === 'passphrase') decrypter.addPassphrase(key.passphrase);
  else for (const identity of key.identities) addIdentity(decrypter, identity);
  // The library makes no difference between errors of the source and of its own.
  let sourceError: { readonly error: unknown } | undefined;
  const source = async function* () {
    try {
      yield* all;
    } catch (error) {
      sourceError = { error };
      throw error;
    }
  };
  let opened = false;
  try {
    const stream = await decrypter.decrypt(ReadableStream.from(source()) as ReadableStream<Uint8Array>);
    opened = true;
    yield* stream as unknown as AsyncIterable<Uint8Array>;
  } catch (cause) {
    if (sourceError !== undefined) throw sourceError.error;
    if (cause instanceof HoldfastError) throw cause;
    throw opened ? damaged(cause) : notOpened(key, cause);
  }
}

/** Refuses what no age file begins with, before anything is believed of it. */
function checkHeader(head: Buffer, key: Key): void {
  const text = head.toString('latin1');
  const end = text.indexOf('\n--- ');
  if (!text.startsWith(FIRST_LINE) || end < 0) {
    const armoured = text.startsWith('-----BEGIN AGE');
    throw new HoldfastError('BACKUP_NOT_ONE', 'This is no encrypted backup of a home', {
      kind: 'usage',
      hint: armoured
        ? 'It is armoured. Write it anew in binary: age --decrypt, then age without --armor.'
        : 'holdfast home backup makes one.',
    });
  }
  const stanzas = text
    .slice(FIRST_LINE.length, end)
    .split('\n')
    .filter((line) => line.startsWith('-> '));
  const scrypt = stanzas.find((line) => line.startsWith('-> scrypt '));
  if (scrypt !== undefined && Number(scrypt.split(' ')[3]) > MOST_SCRYPT_LOG_N) {
    throw new HoldfastError('BACKUP_NOT_ONE', 'Trying a passphrase on this file would take too much memory', {
      hint: `Its work factor is above ${MOST_SCRYPT_LOG_N}: Holdfast and age make no such files.`,
    });
  }
  if ((scrypt !== undefined) === (key.kind === 'passphrase')) return;
  throw new HoldfastError(
    'BACKUP_LOCKED_OTHERWISE',
    scrypt === undefined
      ? 'This backup is encrypted to recipients, not with a passphrase'
      : 'This backup is encrypted with a passphrase',
    {
      kind: 'usage',
      hint:
        scrypt === undefined
          ? 'Name the file with the identity of one: --identity FILE'
          : 'Leave out --identity; the passphrase is asked for, or comes from --passphrase-file.',
    },
  );
}

function addIdentity(decrypter: { addIdentity(identity: string): void }, identity: string): void {
  try {
    decrypter.addIdentity(identity);
  } catch {
    // Not even a part of it is shown: it is, or was to be, a secret.
    throw new HoldfastError('BACKUP_IDENTITY_INVALID', 'The identity file has a line that is no identity of age', {
      kind: 'usage',
      hint: 'Identities begin with AGE-SECRET-KEY-1, as age-keygen writes them.',
    });
  }
}

function notOpened(key: Key, cause: unknown): HoldfastError {
  const why = cause instanceof Error ? cause.message : '';
  if (!/no identity matched|HMAC/.test(why)) return damaged(cause);
  if (key.kind === 'identities') {
    return new HoldfastError('BACKUP_IDENTITY_WRONG', 'No identity of that file opens this backup', {
      kind: 'usage',
      hint: 'The recovery sheet names the recipients; age-keygen -y IDENTITY_FILE prints that of an identity.',
    });
  }
  return new HoldfastError('BACKUP_PASSPHRASE_WRONG', 'The passphrase does not open this backup', {
    kind: 'usage',
    hint: 'Check the recovery sheet for the day of the file, and which passphrase was used then.',
  });
}

function damaged(cause: unknown): HoldfastError {
  return new HoldfastError('BACKUP_DAMAGED', 'The backup was changed or cut off', {
    hint: 'Compare its SHA-256 with the recovery sheet, and take another copy.',
    cause,
  });
}
