import { HoldfastError } from '#core/errors.ts';

/** How a file's text was stored, so that it can be written back as it was. */
export interface Stored {
  readonly encoding: 'utf-8' | 'latin-1';
  readonly mark: boolean;
}

export interface Decoded extends Stored {
  readonly text: string;
}

const MARK = '\ufeff';
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of a file: UTF-8, else Latin-1, in which every byte is a character.
 * @throws `LINT_NOT_TEXT` where it holds a NUL byte: a program, an archive, UTF-16
 */
export function decode(bytes: Uint8Array, path: string): Decoded {
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    throw new HoldfastError('LINT_NOT_TEXT', wide ? `${path} is UTF-16` : `${path} is no text: byte ${nul} is NUL`, {
      path,
      hint: wide ? 'Store it as UTF-8: no builder reads it as it is.' : 'Name text files.',
    });
  }
  try {
    const text = utf8.decode(bytes);
    return text.startsWith(MARK)
      ? { text: text.slice(1), encoding: 'utf-8', mark: true }
      : { text, encoding: 'utf-8', mark: false };
  } catch {
    return { text: Buffer.from(bytes).toString('latin1'), encoding: 'latin-1', mark: false };
  }
}

/** The bytes of a text, stored as it was. */
export function encode(text: string, { encoding, mark }: Stored): Buffer {
  return encoding === 'latin-1' ? Buffer.from(text, 'latin1') : Buffer.from(`${mark ? MARK : ''}${text}`, 'utf8');
}
