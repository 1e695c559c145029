import type { Problem } from '#core/errors.ts';
import type { Plugin } from '#core/plugin.ts';
import type { ReadAt } from '#image/layer-visitor.ts';
import type { Item } from '#inventory/package.ts';

/** Which files a cataloger wants, as data: one walk serves all. A file that any of the fields names is matched. */
export interface FileMatch {
  /** Whole paths, `var/lib/dpkg/status`. */
  readonly paths?: readonly string[];
  /** Base names, `package.json`. */
  readonly names?: readonly string[];
  /** Endings of base names, `.egg-info`. */
  readonly endings?: readonly string[];
  /** Every file directly inside these directories, `var/lib/dpkg/status.d`. */
  readonly directories?: readonly string[];
  /** Narrows what the fields above matched, by path alone. */
  readonly only?: RegExp;
}

/** A matched file, whole. */
export interface ImageFile {
  readonly path: string;
  readonly mode: number;
  readonly bytes: Buffer;
}

export interface CatalogContext {
  /** Another matched file of the same layer whose path is this file's with a companion ending added. */
  beside(ending: string): ImageFile | undefined;
  /** Something could not be read: listed, and the work goes on. */
  problem(problem: Problem): void;
}

/** Finds packages in files that are read whole. Pure: the same bytes give the same items. */
export interface Cataloger extends Plugin {
  readonly match: FileMatch;
  /** A larger file is a problem, not read. */
  readonly limitBytes: number;
  /** Endings of companion files that `beside` may ask for, for example `-wal`; the call then comes at the layer's end. */
  readonly companions?: readonly string[];
  catalog(file: ImageFile, context: CatalogContext): Iterable<Item>;
}

/** An executable that passes by in a stream. */
export interface StreamProbe {
  /** False: nothing more is wanted of this file. */
  push(chunk: Buffer): boolean;
  end(): Iterable<Item>;
}

/** Finds packages inside executables, which are too large to be read whole. */
export interface ExecutableCataloger extends Plugin {
  /** With random access. */
  probe(path: string, sizeBytes: number, readAt: ReadAt, context: CatalogContext): Iterable<Item>;
  /** Without: the file passes by once. */
  stream(path: string, sizeBytes: number, context: CatalogContext): StreamProbe;
}
