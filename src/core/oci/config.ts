import type { Digest } from '#core/digest.ts';

/** One step of the build (OCI image specification, config, `history`). */
export interface HistoryEntry {
  readonly created?: string;
  readonly createdBy?: string;
  readonly comment?: string;
  /** True when the step made no layer. */
  readonly emptyLayer: boolean;
}

/** An image's configuration, as far as Holdfast uses it (OCI image specification, config). */
export interface ImageConfig {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly created?: string;
  readonly user?: string;
  /** The words that a container begins with; `command` follows them. */
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** As they were exposed, `80/tcp`, in the order of the document. */
  readonly ports?: readonly string[];
  /** Directories that get a volume of their own. */
  readonly volumes?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Digests of the uncompressed layers, bottom first. */
  readonly diffIds: readonly Digest[];
  readonly history: readonly HistoryEntry[];
}
