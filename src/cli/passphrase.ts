import { readFileSync, statSync } from 'node:fs';
import { HoldfastError, systemCode } from '#core/errors.ts';

const FILE_LIMIT_BYTES = 64 * 1024;
const LEAST_CHARACTERS = 8;
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

interface Asking {
  readonly file?: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Ask twice, and refuse what is too short: for what is encrypted now. */
  readonly isNew: boolean;
}

/**
 * A passphrase: the first line of the file, else HOLDFAST_PASSPHRASE, else what is typed without being shown.
 * @throws `PASSPHRASE_MISSING`, `PASSPHRASE_UNREADABLE`, `PASSPHRASE_TOO_SHORT`, `PASSPHRASE_DIFFERS`
 */
export async function readPassphrase({ file, environment, isNew }: Asking): Promise<string> {
  const given = file === undefined ? environment['HOLDFAST_PASSPHRASE'] : firstLine(file);
  const passphrase = given || (await ask('Passphrase: '));
  if (isNew && [...passphrase].length < LEAST_CHARACTERS) {
    throw new HoldfastError('PASSPHRASE_TOO_SHORT', `The passphrase has fewer than ${LEAST_CHARACTERS} characters`, {
      kind: 'usage',
      hint: 'Whoever finds the file can try passphrases for years. Take five words by chance.',
    });
  }
  if (isNew && !given && (await ask('Once more: ')) !== passphrase) {
    throw new HoldfastError('PASSPHRASE_DIFFERS', 'The two passphrases differ', {
      kind: 'usage',
      hint: 'Nothing was written. Try again.',
    });
  }
  return passphrase;
}

/** Identities of age: one on a line, comments begin with #. @throws `PASSPHRASE_UNREADABLE` */
export function readIdentities(file: string): readonly string[] {
  return smallFile(file)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function firstLine(file: string): string {
  const [line = ''] = smallFile(file).split(/\r?\n/, 1);
  if (line !== '') return line;
  throw new HoldfastError('PASSPHRASE_UNREADABLE', `The first line of ${file} is empty`, {
    kind: 'usage',
    hint: 'Write the passphrase there, alone on the first line.',
  });
}

function smallFile(file: string): string {
  let why: string;
  let cause: unknown;
  try {
    if (statSync(file).size <= FILE_LIMIT_BYTES) return readFileSync(file, 'utf8');
    why = 'it is too large';
  } catch (error) {
    why = systemCode(error) ?? 'unknown';
    cause = error;
  }
  throw new HoldfastError('PASSPHRASE_UNREADABLE', `${file} cannot be read: ${why}`, {
    kind: 'usage',
    hint: 'Name a small text file that this user may read.',
    cause,
  });
}

/** Reads a line from the terminal, which shows nothing of it. */
async function ask(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    throw new HoldfastError('PASSPHRASE_MISSING', 'There is no passphrase, and no terminal to ask for one', {
      kind: 'usage',
      hint: 'Give --passphrase-file FILE, or set HOLDFAST_PASSPHRASE.',
    });
  }
  stderr.write(prompt);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  try {
    return await typedLine(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

function typedLine(stdin: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed: readonly string[] = [];
    const onData = (text: string) => {
      for (const key of text) {
        if (key === '\r' || key === '\n') return end(() => resolve(typed.join('')));
        if (key === CTRL_C || key === CTRL_D) {
          return end(() =>
            reject(new HoldfastError('PASSPHRASE_MISSING', 'No passphrase was given', { kind: 'usage' })),
          );
        }
        typed = key === '\b' || key === '\u007f' ? typed.slice(0, -1) : [...typed, key];
      }
    };
    const end = (settle: () => void) => {
      stdin.off('data', onData);
      settle();
    };
    stdin.on('data', onData);
    stdin.resume();
  });
}
