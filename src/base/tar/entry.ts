import type { Problem } from '#core/errors.ts';

/** What an entry is. Device nodes, sockets and pipes are `other`. */
export type EntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';

/** One entry of an archive. */
export interface TarEntry {
  /** Relative to the root, without leading `./` or `/`, without `..`. */
  readonly path: string;
  readonly type: EntryType;
  /** Permission bits. */
  readonly mode: number;
  /** Of the file as a reader sees it: holes of sparse files counted. */
  readonly sizeBytes: number;
  /** Target of a symbolic link as written, or the cleaned path of a hard link's target. */
  readonly linkTarget?: string;
}

/** Reads at an offset; shorter at the end of the file. The bytes are valid until the next call. */
export type ReadAt = (offset: number, length: number) => Buffer;

/** Takes a file's bytes as they pass by. */
export interface ChunkSink {
  /** False: nothing more is wanted. The chunk is valid during the call only. */
  push(chunk: Buffer): boolean;
  /** The file's end was reached, or nothing more was wanted. */
  end(): void;
}

/** Larger files are given in a buffer of their own. */
export const OWN_BYTES = 1024 * 1024;

/** What is wanted of a file's content. */
export type Want =
  | {
      /**
       * All of it; a larger file calls `tooLarge` instead. The bytes are valid during the call only, but those of more
       * than {@link OWN_BYTES} are the receiver's to keep.
       */
      readonly kind: 'whole';
      readonly limitBytes: number;
      done(bytes: Buffer): void;
      tooLarge(): void;
    }
  | {
      /** Parts of it: `read` where any offset can be read, else `stream`. */
      readonly kind: 'random';
      read(readAt: ReadAt): void;
      stream(): ChunkSink;
    };

/** A file inside an archive that is itself read as it passes by. What is left unread is skipped. */
export interface NestedWant {
  readonly kind: 'nested';
  consume(chunks: AsyncIterable<Buffer>): Promise<void>;
}

/** Is shown every entry, in the archive's order. `bodyOffset` is where its bytes begin. */
export interface TarVisitor<W extends Want | NestedWant = Want> {
  entry(entry: TarEntry, bodyOffset: number): W | undefined;
  problem(problem: Problem): void;
}
