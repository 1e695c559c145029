import type { Problem } from '#core/errors.ts';
import type { LayerIdentity } from '#image/image.ts';

/** Package types that catalogers find; named as in the purl specification. An SBOM may bring others. */
export type CatalogedType = 'deb' | 'apk' | 'rpm' | 'npm' | 'pypi' | 'golang';

/** Those of operating systems; every other one is of a language. */
export const SYSTEM_TYPES: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm']);

/** The package that a binary package was built from: what distributions publish advisories for. */
export interface SourcePackage {
  readonly name: string;
  readonly version: string;
}

/** A package as a cataloger finds it in one file. */
export interface FoundPackage {
  readonly type: CatalogedType;
  /** As its own package manager prints it: PyPI names as declared, Go module paths, npm names with scope. */
  readonly name: string;
  /** Whole version as its package manager prints it, with epoch and release. */
  readonly version: string;
  readonly architecture?: string;
  readonly source?: SourcePackage;
  /** As declared, not interpreted; SPDX ids or expressions where the package says so. */
  readonly licences: readonly string[];
  /** Who packaged it: rpm's Vendor, dpkg's and apk's maintainer. */
  readonly vendor?: string;
  /** rpm's modularity label, `name:stream:version:context`. */
  readonly modularity?: string;
  /**
   * How sure its version is. `declared` comes from a lock file, nothing was seen installed. `unreliable` versions
   * (Go's `(devel)` and a main module's pseudo-version) are listed but not matched.
   */
  readonly evidence: 'installed' | 'declared' | 'unreliable';
  /** Extra purl qualifiers, for example rpm's `epoch`; `arch` and `distro` are added by the merge. */
  readonly qualifiers?: Readonly<Record<string, string>>;
}

/** The operating system as a release file names it. */
export interface OsRelease {
  /** `ID`, for example `debian`. */
  readonly id: string;
  /** `VERSION_ID`, empty when there is none (rolling releases). */
  readonly versionId: string;
  /** `PRETTY_NAME` or `NAME`. */
  readonly name: string;
  readonly codename?: string;
  /** `ID_LIKE`: what it derives from. Said, never used to guess advisories. */
  readonly idLike: readonly string[];
}

/** One thing that a cataloger finds. */
export type Item =
  | { readonly kind: 'package'; readonly package: FoundPackage }
  | { readonly kind: 'os'; readonly release: OsRelease }
  /** Files that an OS package owns: paths relative to the root, joined by newlines. `package` is its name. */
  | { readonly kind: 'files'; readonly package: string; readonly paths: string }
  /** Licences declared for an OS package in a file of its own (Debian's copyright files). */
  | { readonly kind: 'licences'; readonly package: string; readonly licences: readonly string[] }
  /** Branches of the package repositories in use, for example Alpine's `v3.19`, `edge`. */
  | { readonly kind: 'repositories'; readonly branches: readonly string[] }
  /** Users, each name once. */
  | { readonly kind: 'users'; readonly users: readonly FoundUser[] };

/** A user of a passwd file. */
export interface FoundUser {
  readonly name: string;
  /** Null where the file gives no number that all runtimes read alike. */
  readonly uid: number | null;
}

/** A package in the merged image. */
export interface Package extends Omit<FoundPackage, 'type' | 'qualifiers'> {
  /** As in the purl. */
  readonly type: string;
  readonly purl: string;
  /** Files that show it, sorted. */
  readonly locations: readonly string[];
  readonly layer?: LayerIdentity & { readonly index: number; readonly instruction?: string };
  /** Whose it is: the base image's, or added on top. Left out where nothing tells. */
  readonly owner?: 'base' | 'app';
  /** purl of the OS package whose files these are: its distribution vouches for it, language advisories do not apply. */
  readonly ownedBy?: string;
  /** An OS package that the distribution did not publish: its advisories do not cover it. */
  readonly thirdParty?: true;
}

/** An executable file: a regular file with an execute bit. */
export interface Executable {
  readonly path: string;
  readonly sizeBytes: number;
  /** Permission bits. */
  readonly mode: number;
}

/** The base image, as far as it can be told, and how it was told. */
export interface BaseImage {
  readonly name?: string;
  readonly digest?: string;
  /** How many of the lowest layers are the base's. */
  readonly layers: number;
  readonly method: 'annotation' | 'label' | 'history' | 'none';
}

/** What is inside an image. */
export interface Inventory {
  readonly os?: OsRelease;
  /** Alpine's repository branches, when the image says more than its release. */
  readonly repositories: readonly string[];
  /** The user that the image is configured to run as, where that is a name and the image's list of users has a number for it. */
  readonly user?: { readonly name: string; readonly uid: number };
  /** Sorted by type, name, version, purl. */
  readonly packages: readonly Package[];
  readonly base: BaseImage;
  readonly problems: readonly Problem[];
  /** Catalogers that ran, by id. */
  readonly catalogers: readonly string[];
}
