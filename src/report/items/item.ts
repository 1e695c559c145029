import { createHash } from 'node:crypto';
import type { Position } from '#core/position.ts';
import type { Severity } from '#core/severity.ts';

/** What an item is about: what was scanned, checked or judged. */
export interface Subject {
  readonly kind: 'image' | 'directory' | 'sbom' | 'container' | 'file' | 'host' | 'volume' | 'run';
  /** What people call it; a path as it was named. */
  readonly name: string;
}

/**
 * How it stands: `fails` it is wrong, or denies · `warns` it is wrong where that denies nothing · `unknown` it could not
 * be told or read · `accepted` somebody accepts it for a while.
 */
export type Outcome = 'fails' | 'warns' | 'unknown' | 'accepted';

/** The flaw in a package that an item is about, for formats that ask for its parts. */
export interface PackageFlaw {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly package: { readonly name: string; readonly version: string; readonly type: string; readonly purl: string };
  readonly fixedVersions: readonly string[];
  /** CVSS base score. */
  readonly score?: number;
  readonly summary?: string;
}

/** One thing that a report says, whatever found it; every writer of formats for machines and people takes these. */
export interface ReportItem {
  /** Stable: `CVE-2024-1234`, `build/unpinned-base`, `policy/non-root`, the code of a problem. */
  readonly ruleId: string;
  /** What the rule is about, in a few words; the same for all items of a rule. */
  readonly title: string;
  readonly severity: Severity;
  readonly outcome: Outcome;
  /** Of what is unknown: nothing failed, there is only nothing to tell it by. */
  readonly gap?: true;
  /** What is wrong here; one sentence with its full stop. May hold text from images. */
  readonly sentence: string;
  /** What an attacker or an accident does with it. */
  readonly why?: string;
  /** What to do, in words. */
  readonly fix?: string;
  /** What to do, as lines for a shell. */
  readonly commands?: readonly string[];
  /** What was seen; never a secret's value. */
  readonly evidence?: string;
  /** The best first. */
  readonly positions: readonly Position[];
  readonly subject: Subject;
  /** Other ids of the same, and words to filter by: `CVE-…`, `cis-docker:5.4`, `known-exploited`. */
  readonly tags: readonly string[];
  /** 64 hexadecimal digits, unlike those of all other items of a report; the same in every run and on every machine. */
  readonly fingerprint: string;
  readonly flaw?: PackageFlaw;
}

/** An item whose fingerprint is not made yet. */
export interface ItemDraft extends Omit<ReportItem, 'fingerprint'> {
  /** What makes it this item beside rule and subject; its sentence unless said. No times, no paths of one machine. */
  readonly identity?: readonly string[];
}

/** Gives each its fingerprint. Items that nothing tells apart are counted, in their order. */
export function itemsOf(drafts: readonly ItemDraft[]): readonly ReportItem[] {
  const seen = new Map<string, number>();
  return drafts.map(({ identity, ...item }) => {
    const { ruleId, subject, sentence } = item;
    const key = JSON.stringify([ruleId, subject.kind, stableName(subject), ...(identity ?? [sentence])]);
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return { ...item, fingerprint: sha256(before === 0 ? key : `${key}#${before}`) };
  });
}

/** Of a path elsewhere the last part; of an image its name without tag and digest, which change with every build. */
export function stableName({ kind, name }: Subject): string {
  if (name.startsWith('/')) return name.slice(name.lastIndexOf('/') + 1);
  return kind === 'image' || kind === 'container' ? name.replace(/@sha256:.*$|:[^:/]*$/, '') : name;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
