import { refuse } from '#base/engine/answers.ts';

/** A piece of output, and which stream it came from. */
export interface OutputPiece {
  readonly from: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

const HEADER_BYTES = 8;
const fail = refuse('exec');

/**
 * Takes the output of a command without a terminal apart: before each piece stand eight bytes, the number of the stream
 * (1 output, 2 errors, 3 the engine's own complaint), three zeros, and the length, big-endian (Docker Engine API, "Stream
 * format"). Pieces are passed on as they arrive, however long they say they are.
 * @throws `ENGINE_FAILED` for anything else, an end within a piece among it, and for the engine's complaint
 */
export async function* splitStreams(stream: AsyncIterable<Buffer>): AsyncGenerator<OutputPiece> {
  let header = Buffer.alloc(0);
  let left = 0;
  let kind = 0;
  for await (const chunk of stream) {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const taken = chunk.subarray(at, at + HEADER_BYTES - header.length);
        header = Buffer.concat([header, taken]);
        at += taken.length;
        if (header.length < HEADER_BYTES) break;
        kind = header.readUInt8(0);
        left = header.readUInt32BE(4);
        if (kind > 3 || header.readUIntBE(1, 3) !== 0) throw fail('its output is not in the format of the API');
        header = Buffer.alloc(0);
        continue;
      }
      const bytes = chunk.subarray(at, at + left);
      at += bytes.length;
      left -= bytes.length;
      if (kind === 3) throw fail(`the engine failed: ${bytes.toString('utf8').slice(0, 500)}`);
      // Number 0, standard input, is never sent; if it is, it is no output.
      if (kind !== 0) yield { from: kind === 1 ? 'stdout' : 'stderr', bytes };
    }
  }
  if (left > 0 || header.length > 0) throw fail('its output was cut off');
}
