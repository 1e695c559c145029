import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { HoldfastError, systemCode } from '#core/errors.ts';

/** A format and where it goes; without a file, to standard output. */
export interface Output<F extends string> {
  readonly format: F;
  readonly file?: string;
}

/** @throws `USAGE` for an unknown format, or two for standard output or one file */
export function parseOutputs<F extends string>(
  given: readonly string[],
  known: readonly F[],
  fallback: F,
): readonly Output<F>[] {
  const outputs = (given.length === 0 ? [fallback] : given).map((text) => {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const format = known.find((one) => one === name);
    if (format === undefined || equals === text.length - 1) {
      throw new HoldfastError('USAGE', `${JSON.stringify(text)} is no format`, {
        kind: 'usage',
        hint: `Formats are ${known.join(', ')}; write FORMAT or FORMAT=FILE.`,
      });
    }
    return equals < 0 ? { format } : { format, file: text.slice(equals + 1) };
  });
  if (outputs.filter(({ file }) => file === undefined).length > 1) {
    throw new HoldfastError('USAGE', 'Only one format can go to standard output', {
      kind: 'usage',
      hint: 'Write the others as FORMAT=FILE.',
    });
  }
  const files = outputs.flatMap(({ file }) => (file === undefined ? [] : [resolve(file)]));
  const twice = files.find((file, at) => files.indexOf(file) < at && file !== '/dev/null');
  if (twice !== undefined) {
    throw new HoldfastError('USAGE', `Two formats would be written to ${twice}`, {
      kind: 'usage',
      hint: 'Name a file for each.',
    });
  }
  return outputs;
}

/** Writes pieces to a file or standard output, at the reader's pace. A reader that went away is no error. @throws `OUTPUT_FAILED` */
export async function writeOut(file: string | undefined, pieces: Iterable<string>, ending = ''): Promise<void> {
  const stream = file === undefined ? process.stdout : createWriteStream(file);
  try {
    if (file !== undefined) await once(stream, 'open');
    for (const piece of pieces) if (!stream.write(piece)) await once(stream, 'drain');
    if (ending !== '') stream.write(ending);
    if (file !== undefined) {
      stream.end();
      await once(stream, 'close');
    }
  } catch (cause) {
    if (systemCode(cause) === 'EPIPE') return;
    throw unwritable(file, cause);
  }
}

/** The error for a file, or standard output, that takes nothing more. */
export function unwritable(file: string | undefined, cause: unknown): HoldfastError {
  const what = `${file ?? 'Standard output'} cannot be written (${systemCode(cause) ?? 'unknown error'})`;
  const hint =
    file === undefined ? 'Has its disk room?' : 'Check that its directory is there, may be written, and has room.';
  return new HoldfastError('OUTPUT_FAILED', what, { cause, hint });
}

/** Writes to standard output at the reader's pace. A reader that went away ends the program quietly. */
export async function writeText(text: string): Promise<void> {
  await writeOut(undefined, [text]);
}
