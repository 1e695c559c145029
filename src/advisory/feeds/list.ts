import { debian } from '#advisory/feeds/debian/index.ts';
import { debianChangelog } from '#advisory/feeds/debian-changelog/index.ts';
import { epss } from '#advisory/feeds/epss/index.ts';
import type { Feed } from '#advisory/feeds/feed.ts';
import { kev } from '#advisory/feeds/kev/index.ts';
import { osv } from '#advisory/feeds/osv/index.ts';

/** Every feed, in the order in which a document is offered to them. A test compares this list with the folder. */
export const feeds: readonly Feed[] = [osv, debian, debianChangelog, kev, epss];
