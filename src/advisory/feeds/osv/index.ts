import type { Feed } from '#advisory/feeds/feed.ts';
import { invalidRecord, isObject, type JsonObject, listOf } from '#advisory/feeds/fields.ts';
import { osvRecord } from '#advisory/feeds/osv/record.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';

/** One of these beside the id tells an OSV record from other JSON with an id. */
const TELLING = ['affected', 'modified', 'schema_version', 'withdrawn'] as const;

function isRecord(document: JsonObject): boolean {
  return document['id'] !== undefined && TELLING.some((field) => document[field] !== undefined);
}

/** Records of the Open Source Vulnerability format, alone or as `{ "vulns": [ … ] }`, the answer of OSV's API. */
export const osv: Feed = {
  id: 'osv',
  version: 1,
  title: 'OSV records',
  list: 'vulns',
  matches: (document) => isRecord(document) || Array.isArray(document['vulns']),
  *parse(document, context) {
    if (isRecord(document)) {
      yield* osvRecord(document, context);
      return;
    }
    for (const record of listOf(document['vulns'])) {
      try {
        if (!isObject(record)) throw invalidRecord(undefined, 'an element of "vulns" is no object');
        yield* osvRecord(record, context);
      } catch (error) {
        if (!(error instanceof HoldfastError) || error.code !== 'ADVISORY_RECORD_INVALID') throw error;
        context.problem(problemOf(error));
      }
    }
  },
};
