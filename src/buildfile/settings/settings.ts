import type { Severity } from '#core/severity.ts';

/** What the values of a label must look like. */
export const LABEL_FORMATS = ['text', 'rfc3339', 'semver', 'url', 'hash', 'spdx', 'email'] as const;

export type LabelFormat = (typeof LABEL_FORMATS)[number];

/** What a configuration file asks for. */
export interface Settings {
  /** Ids of rules that stay silent, ours or elsewhere's. */
  readonly ignored: ReadonlySet<string>;
  /** Severities by id, ours or elsewhere's. */
  readonly severities: ReadonlyMap<string, Severity>;
  /** Registries that images may come from, `*` as a wildcard; empty: all. */
  readonly trustedRegistries: readonly string[];
  /** Labels that must be there, and their formats. */
  readonly labels: ReadonlyMap<string, LabelFormat>;
  /** No others may be there. */
  readonly strictLabels: boolean;
  /** Comments in build files silence nothing. */
  readonly pragmasOff: boolean;
  /** What makes a run fail, unless the command says so. */
  readonly failOn?: Severity | 'never';
}

/** Nothing is asked for. */
export const NO_SETTINGS: Settings = {
  ignored: new Set(),
  severities: new Map(),
  trustedRegistries: [],
  labels: new Map(),
  strictLabels: false,
  pragmasOff: false,
};
