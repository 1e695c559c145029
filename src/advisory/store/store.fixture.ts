import fc from 'fast-check';
import type { Advisory, Exploitation } from '#advisory/advisory.ts';
import type { FeedItem } from '#advisory/feeds/feed.ts';
import { createAdvisoryWriter } from '#advisory/store/write.ts';

export const BUILT_AT = '2026-01-02T03:04:05.000Z';

/** An advisory with as little in it as there can be. */
export function advisory(fields: Partial<Advisory> = {}): Advisory {
  return {
    id: 'CVE-2024-1000',
    aliases: [],
    ecosystem: 'Debian:12',
    package: 'openssl',
    status: 'affected',
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.2' }] }],
    versions: [],
    source: 'test',
    ...fields,
  };
}

/** An item; `modified` as a date. */
export function item(fields: Partial<Advisory> = {}, modified?: string): FeedItem {
  const stamp = modified === undefined ? {} : { modified: Date.parse(modified) };
  return { kind: 'advisory', advisory: advisory(fields), ...stamp };
}

/** Writes a file of items, the order of which is that of their statements. */
export async function writeItems(
  file: string,
  items: Iterable<FeedItem | readonly [FeedItem, order: number]>,
  memoryBytes?: number,
) {
  const memory = memoryBytes === undefined ? {} : { memoryBytes };
  const writer = createAdvisoryWriter({ file, kind: 'full', builtAt: BUILT_AT, ...memory });
  try {
    for (const entry of items) {
      if ('kind' in entry) writer.add(entry, 1);
      else writer.add(...entry);
    }
    return await writer.finish(['made']);
  } finally {
    writer.dispose();
  }
}

const text = fc
  .oneof(fc.constantFrom('1.0', 'a', 'é', '\u{1f600}', '~', ''), fc.string({ maxLength: 12, unit: 'grapheme' }))
  .map((value) => value.replaceAll('\0', ''));
const optional = <T>(name: string, value: fc.Arbitrary<T>) =>
  fc.oneof(
    fc.constant({}),
    value.map((inner) => ({ [name]: inner })),
  );

/** Any advisory at all, on few packages, so that some meet. */
export const anyAdvisory: fc.Arbitrary<Advisory> = fc
  .tuple(
    fc.record({
      id: fc.constantFrom('CVE-2024-1', 'CVE-2024-2', 'GHSA-a', 'GHSA-b', 'X-1', 'X-2', 'X-3'),
      aliases: fc.array(text, { maxLength: 2 }),
      ecosystem: fc.constantFrom('Debian:12', 'Debian:11', 'npm', 'PyPI'),
      package: fc.constantFrom('a', 'aa', 'b', '@scope/b', 'é', '\u{1f600}', '\uffff'),
      status: fc.constantFrom('affected' as const, 'not-affected' as const, 'undetermined' as const),
      ranges: fc.array(
        fc.record({
          type: fc.constantFrom('SEMVER' as const, 'ECOSYSTEM' as const),
          events: fc.array(
            fc.oneof(
              text.map((introduced) => ({ introduced })),
              text.map((fixed) => ({ fixed })),
              text.map((lastAffected) => ({ lastAffected })),
              text.map((limit) => ({ limit })),
            ),
            { maxLength: 3 },
          ),
        }),
        { maxLength: 2 },
      ),
      versions: fc.array(text, { maxLength: 3 }),
      source: fc.constantFrom('osv', 'debian-tracker'),
    }),
    optional(
      'severity',
      fc.constantFrom(
        { level: 'high' as const, source: 'x' },
        { level: 'low' as const, source: 'cvss:3.1', score: 3.1 },
      ),
    ),
    optional('fixState', fc.constantFrom('open' as const, 'no-dsa' as const)),
    optional('summary', text),
    optional('withdrawn', fc.constant('2024-01-01T00:00:00Z')),
    optional('published', fc.constant('2023-01-01T00:00:00Z')),
    optional('module', fc.constantFrom('m:1', 'm:2')),
    optional('architectures', fc.array(text, { maxLength: 2 })),
  )
  .map(([must, ...rest]) => Object.assign({}, must, ...rest) as Advisory);

/** What can be known of a CVE. */
export const anyExploitation: fc.Arbitrary<Exploitation> = fc
  .tuple(
    optional('knownExploitedSince', fc.constantFrom('2021-11-03', '2025-08-25')),
    optional('ransomware', fc.constant(true)),
    optional(
      'epss',
      fc
        .tuple(fc.nat(100_000), fc.nat(100_000), optional('date', fc.constantFrom('2025-01-01', '2026-02-28')))
        .map(([score, percentile, date]) => ({ score: score / 100_000, percentile: percentile / 100_000, ...date })),
    ),
  )
  .map((parts) => Object.assign({}, ...parts) as Exploitation);
