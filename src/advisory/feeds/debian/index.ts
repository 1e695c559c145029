import { debianRelease } from '#advisory/debian-suites.ts';
import { releaseState } from '#advisory/feeds/debian/release.ts';
import type { Feed, FeedContext, FeedItem } from '#advisory/feeds/feed.ts';
import { firstSentence, invalidRecord, isObject, textOf } from '#advisory/feeds/fields.ts';
import { problemOf } from '#core/errors.ts';

function* flawItems(source: string, id: string, flaw: unknown, context: FeedContext): Generator<FeedItem> {
  if (textOf(id) === undefined || !isObject(flaw)) {
    context.problem(problemOf(invalidRecord(id, `it is no flaw of ${source}`)));
    return;
  }
  const releases = flaw['releases'];
  if (!isObject(releases)) {
    // A flaw that is in no release is written as an empty list.
    if (Array.isArray(releases) && releases.length === 0) return;
    context.problem(problemOf(invalidRecord(id, `it has no releases of ${source}`)));
    return;
  }
  const summary = firstSentence(flaw['description']);
  for (const [suite, release] of Object.entries(releases)) {
    const state = isObject(release) && textOf(suite) !== undefined ? releaseState(release) : undefined;
    if (state === undefined) {
      const where = `${source} in ${textOf(suite)?.slice(0, 40) ?? 'a suite'}`;
      const message = `A part of the record ${id} was left out: the state of ${where} is not known`;
      context.problem({ code: 'ADVISORY_RECORD_INVALID', message });
      continue;
    }
    yield {
      kind: 'advisory',
      advisory: {
        id,
        aliases: [],
        ecosystem: `Debian:${debianRelease(suite)}`,
        package: source,
        ...state,
        ...(summary === undefined ? {} : { summary }),
        source: 'debian-tracker',
      },
    };
  }
}

function isFlaw(value: unknown): boolean {
  return isObject(value) && typeof value['releases'] === 'object' && value['releases'] !== null;
}

/** The JSON of Debian's security tracker, `{source: {CVE: {releases: {suite: {…}}}}}`, whole or any part of it. */
export const debian: Feed = {
  id: 'debian',
  version: 1,
  title: 'Debian security tracker',
  matches: (document) => {
    for (const flaws of Object.values(document)) return isObject(flaws) && Object.values(flaws).some(isFlaw);
    return false;
  },
  *parse(document, context) {
    for (const [name, flaws] of Object.entries(document)) {
      const source = textOf(name);
      if (source === undefined || !isObject(flaws)) {
        context.problem(problemOf(invalidRecord(name, 'it lists no flaws')));
        continue;
      }
      for (const [id, flaw] of Object.entries(flaws)) yield* flawItems(source, id, flaw, context);
    }
  },
};
