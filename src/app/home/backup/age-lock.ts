import { HoldfastError } from '#core/errors.ts';

/** What a backup is encrypted with. */
export type Lock =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  /** Public keys of age. Whoever has the identity of one of them can read it. */
  | { readonly kind: 'recipients'; readonly recipients: readonly string[] };

/** What a backup is opened with. */
export type Key =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  /** Private keys of age. */
  | { readonly kind: 'identities'; readonly identities: readonly string[] };

/** 128 MiB and about a second for each guess (scrypt, N = 2^17, r = 8). age's own 2^18 would take all the memory we allow. */
const SCRYPT_LOG_N = 17;

/** Encrypts what passes by (age-encryption.org/v1). @throws `BACKUP_RECIPIENT_INVALID` */
export async function* encrypted(chunks: AsyncIterable<Uint8Array>, lock: Lock): AsyncGenerator<Uint8Array> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  if (lock.kind === 'passphrase') {
    encrypter.setPassphrase(lock.passphrase);
    encrypter.setScryptWorkFactor(SCRYPT_LOG_N);
  } else for (const recipient of lock.recipients) addRecipient(encrypter, recipient);
  const stream = await encrypter.encrypt(ReadableStream.from(chunks) as ReadableStream<Uint8Array>);
  yield* stream as unknown as AsyncIterable<Uint8Array>;
}

function addRecipient(encrypter: { addRecipient(recipient: string): void }, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new HoldfastError(
      'BACKUP_RECIPIENT_INVALID',
      `${JSON.stringify(recipient.slice(0, 80))} is no recipient of age`,
      {
        kind: 'usage',
        hint: 'A recipient begins with age1; age-keygen makes one, with its identity.',
        cause,
      },
    );
  }
}
