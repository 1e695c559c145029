import type { Advisory, Exploitation } from '#advisory/advisory.ts';
import type { JsonObject } from '#advisory/feeds/fields.ts';
import type { Problem } from '#core/errors.ts';
import type { Plugin } from '#core/plugin.ts';

/** One thing that a feed says. */
export type FeedItem =
  | {
      readonly kind: 'advisory';
      readonly advisory: Advisory;
      /**
       * When the record was last changed, milliseconds since 1970. Of two records with the same id the later one
       * counts and the earlier one is forgotten whole (OSV schema, `modified`).
       */
      readonly modified?: number;
    }
  | { readonly kind: 'exploitation'; readonly cve: string; readonly exploitation: Exploitation };

export interface FeedContext {
  /** A part of a document could not be understood and was left out. */
  problem(problem: Problem): void;
}

/** Reads a text line by line; one is opened for each input. */
export interface LineReader {
  /** @throws `ADVISORY_RECORD_INVALID` for a line that is none of the feed's. */
  line(text: string): Iterable<FeedItem>;
}

/** Understands one source of advisories. Pure: the same document gives the same items. */
export interface Feed extends Plugin {
  /** The member that lists a document's records, if it has one: a large document is read by that list's elements. */
  readonly list?: string;
  /** True for a parsed JSON document, or the value of one line, that is this feed's: told by its content. */
  matches(document: JsonObject): boolean;
  /** @throws `ADVISORY_RECORD_INVALID` for a document that matches and cannot be read. */
  parse(document: JsonObject, context: FeedContext): Iterable<FeedItem>;
  /** For feeds that are published as text: undefined unless the first line is this feed's. */
  openLines?(firstLine: string): LineReader | undefined;
}
