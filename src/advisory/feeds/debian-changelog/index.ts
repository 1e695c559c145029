import { debianRelease } from '#advisory/debian-suites.ts';
import type { Feed } from '#advisory/feeds/feed.ts';
import { invalidRecord, isCve, textOf } from '#advisory/feeds/fields.ts';

/** Facts drawn from Debian's package changelogs, `{suite, release, source, cve, fixed}`, one a line. */
export const debianChangelog: Feed = {
  id: 'debian-changelog',
  version: 1,
  title: 'Debian package changelogs',
  matches: (document) =>
    typeof document['suite'] === 'string' &&
    typeof document['source'] === 'string' &&
    typeof document['cve'] === 'string' &&
    document['fixed'] !== undefined,
  *parse(document) {
    const suite = textOf(document['suite']);
    const name = textOf(document['source']);
    const id = textOf(document['cve']);
    const fixed = textOf(document['fixed']);
    if (suite === undefined || name === undefined || fixed === undefined || id === undefined || !isCve(id)) {
      throw invalidRecord(document['cve'], 'a suite, a source, a CVE and a fixed version are needed');
    }
    yield {
      kind: 'advisory',
      advisory: {
        id,
        aliases: [],
        ecosystem: `Debian:${textOf(document['release']) ?? debianRelease(suite)}`,
        package: name,
        status: 'affected',
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
        versions: [],
        source: 'debian-changelog',
      },
    };
  },
};
