import type { Feed, FeedItem, LineReader } from '#advisory/feeds/feed.ts';
import { isObject, type JsonObject } from '#advisory/feeds/fields.ts';
import type { JsonPart } from '#advisory/input/documents.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';

/** Takes in what one input holds, finds the feed that each document belongs to, and hands on what the feed makes of it. */
export interface Intake {
  /** A document, or an array of documents. */
  document(value: unknown): void;
  /** A document, or what was too large to be one; `where` says where it stands, for people. */
  part(part: JsonPart, where?: string): void;
  /** Names of members that list documents. */
  readonly lists: ReadonlySet<string>;
  /** A reader for text whose first line belongs to a feed that is published as text. */
  openLines(firstLine: string): ((line: string) => void) | undefined;
  /** Something that is no document. */
  invalid(why: string): void;
  /** How many documents belonged to a feed. */
  recognised(): number;
}

export interface IntakeDeps {
  readonly feeds: readonly Feed[];
  readonly take: (item: FeedItem) => void;
  readonly problem: (problem: Problem) => void;
  /** For people: where the documents come from. */
  readonly path: string;
}

const RECORD_INVALID = 'ADVISORY_RECORD_INVALID';

export function createIntake({ feeds, take, problem, path }: IntakeDeps): Intake {
  let recognised = 0;
  let latest: Feed | undefined;
  const report = (found: Problem) => problem({ path, ...found });
  const invalid = (message: string) => report({ code: RECORD_INVALID, message });
  /** What is wrong with one thing is no reason to lose those after it. */
  const sparing = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code !== RECORD_INVALID) throw error;
      invalid(error.message);
    }
  };
  const takeAll = (items: () => Iterable<FeedItem>) =>
    sparing(() => {
      for (const item of items()) sparing(() => take(item));
    });
  const feedOf = (document: JsonObject) =>
    latest?.matches(document) === true ? latest : feeds.find((feed) => feed.matches(document));
  const one = (document: unknown) => {
    const feed = isObject(document) ? feedOf(document) : undefined;
    if (feed === undefined || !isObject(document)) {
      invalid('A document was left out: it is of no feed that is known');
      return;
    }
    latest = feed;
    recognised += 1;
    takeAll(() => feed.parse(document, { problem: report }));
  };
  const document = (value: unknown) => {
    if (Array.isArray(value)) for (const element of value as readonly unknown[]) one(element);
    else one(value);
  };
  return {
    document,
    part(part, where = '') {
      if ('value' in part) {
        document(part.value);
        return;
      }
      // It may have been a feed's: that nothing else was recognised is not what has to be said.
      recognised += 1;
      report({ code: 'ADVISORY_INPUT_LIMIT', message: `${where}${part.tooLarge}` });
    },
    lists: new Set(feeds.flatMap(({ list }) => list ?? [])),
    openLines(firstLine) {
      let reader: LineReader | undefined;
      for (const feed of feeds) reader ??= feed.openLines?.(firstLine);
      if (reader === undefined) return undefined;
      const { line } = reader;
      recognised += 1;
      return (text) => takeAll(() => line(text));
    },
    invalid,
    recognised: () => recognised,
  };
}
