import type { Cataloger, ExecutableCataloger } from '#inventory/cataloger.ts';

/** A valid file of a cataloger's own. */
export interface FixtureFile {
  readonly path: string;
  readonly bytes: Buffer;
  /** How many packages the cataloger finds in it. */
  readonly packages: number;
  /** Companion files, by their ending. */
  readonly beside?: Readonly<Record<string, Buffer>>;
}

/** What the conformance suite (test/conformance/cataloger-suite.ts) needs of a cataloger. */
export interface CatalogerFixture {
  readonly cataloger: Cataloger;
  /** Small, and together everything that the cataloger reads. */
  readonly files: readonly FixtureFile[];
  /** Paths that look like the cataloger's and are not. */
  readonly nearMisses: readonly string[];
}

/** The same of one that looks inside executables. Each file tells in its first bytes what it is. */
export interface ExecutableFixture {
  readonly cataloger: ExecutableCataloger;
  readonly files: readonly FixtureFile[];
}
