import { OUTPUT_CHUNK_BYTES } from '#base/compress/zlib-stream.ts';
import { zstdCorrupt } from '#base/compress/zstd-corrupt.ts';
import { HoldfastError } from '#core/errors.ts';

/** What the WebAssembly module gives; sizes and pointers are 32 bits wide. */
interface ZstdExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(sizeBytes: number): number;
  free(pointer: number): void;
  ZSTD_createDCtx(): number;
  ZSTD_freeDCtx(context: number): void;
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

/** Decompresses zstd in WebAssembly. To be closed: its memory is shared by all and is not freed by itself. */
export interface PortableZstd {
  /** One whole frame. @throws `ZSTD_CORRUPT` */
  frame(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer>;
  /**
   * Whole frames that are in memory, at once. Not while a {@link frame} is under way.
   * @throws `ZSTD_CORRUPT`, `DECOMPRESS_LIMIT` beyond `limitBytes`; the next one can be asked for all the same
   */
  whole(bytes: Uint8Array, limitBytes: number): Buffer;
  /**
   * The same in pieces, of input and of output: each piece of output is lent, and is another one when `use` has returned.
   * @throws as `whole`
   */
  pass(pieces: Iterable<Uint8Array>, limitBytes: number, use: (piece: Uint8Array) => void): void;
  close(): void;
}

// Node's types name WebAssembly, but nothing of it that could be called.
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Instance: new (module: unknown, imports: object) => { readonly exports: ZstdExports };
  };
};

const INPUT_BYTES = 128 * 1024;
/** Error numbers are the highest of 32 bits (zstd, `ZSTD_isError`). */
const FIRST_ERROR = 0xffffff88;

let loading: Promise<ZstdExports> | undefined;

/**
 * Only the compiled decoder is taken of the package: its own loop goes round for ever on damaged input, and never frees
 * the memory of a stream that is given up.
 */
function load(): Promise<ZstdExports> {
  loading ??= import('zstddec/stream').then(async ({ ZSTDDecoder }) => {
    let loaded: ZstdExports | undefined;
    class Loader extends ZSTDDecoder {
      override _init({ module }: { readonly module: unknown }): void {
        const env = { emscripten_notify_memory_growth: () => undefined };
        loaded = new WebAssembly.Instance(module, { env }).exports;
      }
    }
    await new Loader().init();
    if (loaded === undefined) throw zstdCorrupt('the decoder could not be loaded');
    return loaded;
  });
  return loading;
}

/** A decoder for the frames of one stream. */
export async function portableZstd(): Promise<PortableZstd> {
  const zstd = await load();
  let context = zstd.ZSTD_createDCtx();
  // Input, output, and the two structures (pointer, size, position) that describe them.
  const input = zstd.malloc(INPUT_BYTES);
  const output = zstd.malloc(OUTPUT_CHUNK_BYTES);
  const inputState = zstd.malloc(12);
  const outputState = zstd.malloc(12);
  const pointers = [input, output, inputState, outputState];
  const close = () => {
    zstd.ZSTD_freeDCtx(context);
    for (const pointer of pointers) zstd.free(pointer);
  };
  if (context === 0 || pointers.includes(0)) {
    close();
    throw zstdCorrupt('there is not enough memory for the decoder');
  }

  let left = 0;
  /** Decompresses the input up to `end`, as far as the output has room. True when nothing more is to come of it. */
  const step = (position: number, end: number): { readonly out: Uint8Array; readonly position: number } => {
    const before = new DataView(zstd.memory.buffer);
    for (const [at, value] of [input, end, position].entries()) before.setUint32(inputState + at * 4, value, true);
    for (const [at, value] of [output, OUTPUT_CHUNK_BYTES, 0].entries())
      before.setUint32(outputState + at * 4, value, true);
    left = zstd.ZSTD_decompressStream(context, outputState, inputState) >>> 0;
    if (left >= FIRST_ERROR) throw zstdCorrupt();
    // Memory may have grown and lie elsewhere.
    const after = new DataView(zstd.memory.buffer);
    const size = after.getUint32(outputState + 8, true);
    return {
      out: new Uint8Array(zstd.memory.buffer, output, size),
      position: after.getUint32(inputState + 8, true),
    };
  };

  /** All that comes of one piece, as it lies in the decoder's memory: the next piece lies there, too. */
  const outputs = function* (piece: Uint8Array): Generator<Uint8Array> {
    for (let from = 0; from < piece.byteLength; from += INPUT_BYTES) {
      const part = piece.subarray(from, from + INPUT_BYTES);
      new Uint8Array(zstd.memory.buffer).set(part, input);
      for (let position = 0, full = false; position < part.byteLength || full; ) {
        const next = step(position, part.byteLength);
        if (next.out.length === 0 && next.position === position && !full) throw zstdCorrupt();
        // Nothing is held back at a frame's end; asked again, the decoder would wait for another frame.
        full = next.out.length === OUTPUT_CHUNK_BYTES && left !== 0;
        position = next.position;
        if (next.out.length > 0) yield next.out;
      }
    }
  };
  const through = (pieces: Iterable<Uint8Array>, limitBytes: number, use: (piece: Uint8Array) => void): void => {
    let inBytes = 0;
    let outBytes = 0;
    for (const piece of pieces) {
      inBytes += piece.byteLength;
      for (const part of outputs(piece)) {
        outBytes += part.byteLength;
        if (outBytes > limitBytes) {
          const what = `${inBytes} compressed bytes grew beyond ${limitBytes} bytes`;
          throw new HoldfastError('DECOMPRESS_LIMIT', what, { hint: 'This is how an archive bomb looks.' });
        }
        use(part);
      }
    }
    if (left !== 0) throw zstdCorrupt();
  };
  const pass: PortableZstd['pass'] = (pieces, limitBytes, use) => {
    try {
      through(pieces, limitBytes, use);
    } catch (error) {
      // What a broken frame left in the decoder would spoil the next one.
      zstd.ZSTD_freeDCtx(context);
      context = zstd.ZSTD_createDCtx();
      left = 0;
      throw error;
    }
  };

  return {
    frame: async function* (pieces) {
      for await (const piece of pieces) for (const part of outputs(piece)) yield Buffer.from(part);
      if (left !== 0) throw zstdCorrupt();
    },
    whole: (bytes, limitBytes) => {
      const parts: Buffer[] = [];
      pass([bytes], limitBytes, (part) => parts.push(Buffer.from(part)));
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    },
    pass,
    close,
  };
}
