import type { NestedWant } from '#base/tar/entry.ts';
import { readTarStream } from '#base/tar/read-stream.ts';
import { HoldfastError } from '#core/errors.ts';

/** A file of an archive that passes by. Its bytes are there until the next file is asked for. */
export interface IncomingFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly body: AsyncIterable<Buffer>;
}

interface Offer {
  readonly file: IncomingFile;
  readonly taken: () => void;
  readonly refused: (error: unknown) => void;
}

/**
 * The files of a tar, one after the other, for whoever asks for them. An archive that holds anything but files, or is
 * damaged, is an error. It has ended well only when the last one was followed by the end.
 * @throws `BACKUP_INVALID`, and what the chunks throw
 */
export async function* filesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<IncomingFile> {
  let arrived = deferred<Offer>();
  let current: Offer | undefined;
  const walking = readTarStream<NestedWant>(chunks, {
    entry: ({ path, sizeBytes, type }) => {
      if (type !== 'file') throw invalidBackup(`${JSON.stringify(path.slice(0, 100))} is no file`);
      return {
        kind: 'nested',
        consume: (body) =>
          new Promise((taken, refused) => {
            arrived.resolve({ file: { path, sizeBytes, body }, taken, refused });
          }),
      };
    },
    problem: ({ message }) => {
      throw invalidBackup(message);
    },
  });
  const ended = walking.then(
    () => undefined,
    (error: unknown) => {
      const isNone = error instanceof HoldfastError && error.code === 'TAR_NOT_AN_ARCHIVE';
      throw isNone ? invalidBackup('what is encrypted is no tar') : error;
    },
  );
  try {
    for (;;) {
      current = await Promise.race([arrived.promise, ended]);
      if (current === undefined) return;
      arrived = deferred<Offer>();
      yield current.file;
      current.taken();
      current = undefined;
    }
  } finally {
    // Given up in the middle: the walk must end too, and let go of its source.
    current?.refused(new HoldfastError('BACKUP_INVALID', 'The rest was not read'));
    await ended.catch(() => undefined);
  }
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** The error for a file that decrypts well and is no backup all the same. */
export function invalidBackup(what: string): HoldfastError {
  return new HoldfastError('BACKUP_INVALID', `This is no whole backup of a home: ${what}`, {
    hint: 'Compare its SHA-256 with the recovery sheet, and take another copy.',
  });
}

/** All bytes of a small file. @throws `BACKUP_INVALID` where it is larger than that */
export async function smallBody({ path, sizeBytes, body }: IncomingFile, limitBytes: number): Promise<string> {
  if (sizeBytes > limitBytes) throw invalidBackup(`${path} has ${sizeBytes} bytes`);
  const chunks: Buffer[] = [];
  // The reader's chunks are valid for a moment only.
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** Lines as they come, each without its line feed. @throws `BACKUP_INVALID` for a longer one, and for a last one without its end */
export async function* linesOf({ path, body }: IncomingFile, limitBytes: number): AsyncGenerator<readonly Buffer[]> {
  let rest = Buffer.alloc(0);
  for await (const chunk of body) {
    const bytes = Buffer.concat([rest, chunk]);
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
      lines.push(bytes.subarray(from, end));
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > limitBytes || lines.some(({ length }) => length > limitBytes)) {
      throw invalidBackup(`a line of ${path} is too long`);
    }
    if (lines.length > 0) yield lines;
  }
  if (rest.length > 0) throw invalidBackup(`${path} ends inside a line`);
}
