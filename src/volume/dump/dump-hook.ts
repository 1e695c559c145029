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

/**
 * How the dumps of a service are loaded into a fresh server of it. Scripts are run as those of dumps are, and what they print
 * to standard output goes nowhere.
 */
export interface DumpLoad {
  /** Ends with 0 once the server answers. */
  readonly ready: string;
  /** Takes away what a fresh server has, so that all it holds afterwards came out of the dumps. */
  readonly before?: string;
  /** In the order to load them. A file that none of them is for cannot be loaded. */
  readonly parts: readonly LoadPart[];
  readonly after?: string;
  /** What the scripts put in its place is read when the server is started again. */
  readonly restarts?: true;
}

/** How files of one kind are loaded. */
export interface LoadPart {
  /** Of the file's name behind the service's id. */
  readonly name: RegExp;
  /** Gets the file's path as `$1`. Ends with {@link LOAD_UNFIT_CODE} where a drill's server cannot take it, whatever is in it. */
  readonly script: string;
  /**
   * It makes the data of a server that is not there yet: it is run in a container of the same image instead of the server,
   * and gets the directory of the data as `$2`. Such a file comes alone.
   */
  readonly places?: true;
}

/** A script's exit code: it is not the dump's fault that it was not loaded; the last line of its errors says why. */
export const LOAD_UNFIT_CODE = 75;

/** How the data of a service is written out while it runs, and loaded again. Facts as data; what runs it is `openDump`, and drills. */
export interface DumpHook {
  readonly id: string;
  readonly title: string;
  /** Of services, as discovery recognises them. */
  readonly services: readonly string[];
  /** Prints the names of what is dumped one by one, each ended by a zero byte; absent when there is nothing to list. */
  readonly list?: string;
  /** @param names what `list` printed */
  parts(facts: DumpFacts, names: readonly string[]): readonly DumpPart[];
  readonly load: DumpLoad;
}
