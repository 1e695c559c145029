import type { Severity } from '#core/severity.ts';

/** What a check asks, and where others ask the same: the reference page and every report are made from it. */
export interface RuleFacts {
  /** Stable, of words, with the part that it is about: `build/…`, `run/…`, `host/…`. */
  readonly id: string;
  /** What must hold, in a few words. */
  readonly title: string;
  /** Unless the place says otherwise. */
  readonly severity: Severity;
  /** What an attacker or an accident does with it; two sentences at most. */
  readonly why: string;
  /** Ids of the same or nearly the same check elsewhere. */
  readonly elsewhere: readonly RuleReference[];
}

export interface RuleReference {
  readonly standard:
    | 'hadolint'
    | 'shellcheck'
    | 'cis-docker'
    | 'nist-800-190'
    | 'pss'
    | 'pci-dss-4'
    | 'soc-2'
    | 'kubernetes';
  /** `DL3006`, `5.4`, `baseline:privileged`. */
  readonly id: string;
  /** Ours to confirm: the standard's text was not at hand. */
  readonly unconfirmed?: true;
}
