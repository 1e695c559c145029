import { HoldfastError } from '#core/errors.ts';

/** What a line of a program’s output may have unless said otherwise. */
export const LINE_LIMIT_BYTES = 10 * 1024 * 1024;

const NEWLINE = 10;

/**
 * The lines of a stream of bytes, without their line feeds, as UTF-8; the last one need not have one.
 * @throws `PROCESS_LINE_TOO_LONG`
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number = LINE_LIMIT_BYTES,
): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let sizeBytes = 0;
  const take = (part: Uint8Array) => {
    sizeBytes += part.length;
    if (sizeBytes > limitBytes) {
      throw new HoldfastError('PROCESS_LINE_TOO_LONG', `A line of output has more than ${limitBytes} bytes`);
    }
    parts.push(part);
  };
  const line = () => {
    const text = Buffer.concat(parts).toString('utf8');
    parts = [];
    sizeBytes = 0;
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, end));
      yield line();
      from = end + 1;
    }
    if (from < chunk.length) take(chunk.subarray(from));
  }
  if (sizeBytes > 0) yield line();
}
