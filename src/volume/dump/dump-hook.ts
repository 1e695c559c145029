import type { RecognisedService } from '#workload/known-data/recognise.ts';

/** What is known of a container when its dump is chosen. */
export interface DumpFacts {
  readonly service: Pick<RecognisedService, 'id' | 'role'> | undefined;
  /** Bytes of its data, as far as they are known. */
  readonly sizeBytes?: number;
}

/** One stream of a dump. */
export interface DumpPart {
  /** Of the file: slashes divide, and no part of it is hidden or leads upwards. */
  readonly name: string;
  /**
   * Run by `sh -c` in the container, with `set -eu`, in a shell of its own; what it writes is the dump. Passwords come from
   * the container's own environment or files, and stay there.
   */
  readonly script: string;
  /** `$1` … of the script: never part of its text. */
  readonly args: readonly string[];
  readonly check: DumpCheck;
}

/** How a whole dump begins and ends, as its own program writes it. */
export interface DumpCheck {
  /** Any of these. */
  readonly heads?: readonly Uint8Array[];
  /** Stands in the last 4096 bytes. */
  readonly trailer?: string;
  /** The last bytes. */
  readonly tail?: Uint8Array;
  /** This byte stands so many bytes before the end. */
  readonly lastByte?: { readonly value: number; readonly before: number };
}

/** How the data of a service is written out while it runs. Facts as data; what runs it is {@link dumpParts} and `openDump`. */
export interface DumpHook {
  readonly id: string;
  readonly title: string;
  /** Of services, as discovery recognises them. */
  readonly services: readonly string[];
  /** Prints the names of what is dumped one by one, each ended by a zero byte; absent when there is nothing to list. */
  readonly list?: string;
  /** @param names what `list` printed */
  parts(facts: DumpFacts, names: readonly string[]): readonly DumpPart[];
}
