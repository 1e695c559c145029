import type { Advisory } from '#advisory/advisory.ts';
import type { FeedContext, FeedItem } from '#advisory/feeds/feed.ts';
import { firstSentence, invalidRecord, isObject, type JsonObject, textOf, timeOf } from '#advisory/feeds/fields.ts';
import { type AffectedPackage, affectedPackage, mergeAffected } from '#advisory/feeds/osv/affected.ts';
import { recordIds } from '#advisory/feeds/osv/ids.ts';

/** Every package gets the ids: a record of the kernel has a thousand of them for some hundred packages. */
const MOST_IDS = 5_000_000;

function packagesOf(id: string, record: JsonObject, context: FeedContext): readonly AffectedPackage[] {
  const list = record['affected'] ?? [];
  if (!Array.isArray(list)) throw invalidRecord(id, '"affected" is no list');
  const reasons = new Set<string>();
  const packages = new Map<string, [AffectedPackage, ...AffectedPackage[]]>();
  for (const affected of list as readonly unknown[]) {
    if (!isObject(affected)) reasons.add('an entry of "affected" is no object');
    const found = isObject(affected) ? affectedPackage(id, record, affected, (why) => reasons.add(why)) : undefined;
    if (found === undefined) continue;
    const key = [found.ecosystem, found.package, found.module ?? ''].join('\0');
    const before = packages.get(key);
    if (before === undefined) packages.set(key, [found]);
    else before.push(found);
  }
  for (const why of reasons) {
    context.problem({ code: 'ADVISORY_RECORD_INVALID', message: `A part of the record ${id} was left out: ${why}` });
  }
  return [...packages.values()].map(mergeAffected);
}

/**
 * An OSV record (OSV schema 1.x) as one advisory for each package it affects.
 * @throws `ADVISORY_RECORD_INVALID` when it has no usable id, or fields of the wrong type that change its meaning
 */
export function* osvRecord(record: JsonObject, context: FeedContext): Generator<FeedItem> {
  const id = textOf(record['id']);
  if (id === undefined || id.includes(' ')) throw invalidRecord(record['id'], 'its id is no id');
  const withdrawn = timeOf(record['withdrawn']);
  if (withdrawn === undefined && record['withdrawn'] !== undefined && record['withdrawn'] !== null) {
    throw invalidRecord(id, '"withdrawn" is no time');
  }
  const modified = Date.parse(timeOf(record['modified']) ?? '');
  const published = timeOf(record['published']);
  const summary = firstSentence(record['summary']) ?? firstSentence(record['details']);
  const { aliases, upstream } = recordIds(id, record);
  const packages = packagesOf(id, record, context);
  if (packages.length * (aliases.length + upstream.length) > MOST_IDS) {
    throw invalidRecord(id, `it has ${aliases.length + upstream.length} ids for ${packages.length} packages`);
  }
  for (const { ecosystem, package: name, ranges, versions, ...rest } of packages) {
    const advisory: Advisory = {
      id,
      aliases,
      ecosystem,
      package: name,
      status: 'affected',
      ranges,
      versions,
      ...rest,
      ...(summary === undefined ? {} : { summary }),
      ...(withdrawn === undefined ? {} : { withdrawn }),
      ...(published === undefined ? {} : { published }),
      source: 'osv',
      ...(upstream.length === 0 ? {} : { upstream }),
    };
    yield { kind: 'advisory', advisory, ...(Number.isNaN(modified) ? {} : { modified }) };
  }
}
