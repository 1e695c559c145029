import fc from 'fast-check';
import { parseDigest } from '#core/digest.ts';
import { formatPurl } from '#core/purl.ts';
import type { SbomInput } from '#inventory/formats/sbom-input.ts';
import type { BaseImage, OsRelease, Package } from '#inventory/package.ts';

/** Any text that UTF-8 can hold: control characters, quotes, line separators, other planes. */
const text = fc.string({ unit: 'binary', maxLength: 12 });
const hostile = fc.oneof(
  text,
  fc.constantFrom('\u0000\u001b[31m', '\\u0041"}\n', '__proto__', '\u2028', 'holdfast: {}'),
);
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => {
  return parseDigest(`sha256:${Buffer.from(bytes).toString('hex')}`);
});
const licence = fc.oneof(
  fc.constantFrom('MIT', 'GPL-2.0-or-later', 'MIT OR Apache-2.0', '(MIT AND ISC) OR Zlib', 'GPLv2+', 'NOASSERTION', ''),
  hostile,
);

/** An object without the members that are undefined, as all of the house's are. */
function defined<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

function optional<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined });
}

const layer = fc
  .record({
    index: fc.nat(126),
    digest: optional(digest),
    diffId: optional(digest),
    instruction: optional(hostile),
  })
  .map((made) => defined<NonNullable<Package['layer']>>(made));

const oneOf = <T extends string>(...values: readonly T[]) => fc.constantFrom<T>(...values);

const found = fc
  .record({
    type: oneOf('deb', 'apk', 'rpm', 'npm', 'pypi', 'golang', 'maven'),
    namespace: optional(text),
    name: hostile,
    version: hostile,
    architecture: optional(hostile),
    source: optional(fc.record({ name: hostile, version: hostile })),
    licences: fc.array(licence, { maxLength: 3 }),
    vendor: optional(hostile),
    modularity: optional(hostile),
    evidence: oneOf('installed', 'declared', 'unreliable'),
    locations: fc.array(hostile, { maxLength: 3 }),
    layer: optional(layer),
    owner: optional(oneOf('base', 'app')),
    ownedBy: optional(hostile),
    thirdParty: optional(fc.constant(true as const)),
  })
  .map(({ namespace, ...made }) => {
    const purl = formatPurl({
      type: made.type,
      name: made.name || 'x',
      version: made.version,
      ...(namespace === undefined ? {} : { namespace }),
    });
    return defined<Package>({ ...made, purl });
  });

const os = fc
  .record({
    id: fc.string({ minLength: 1 }),
    versionId: text,
    name: hostile,
    codename: optional(hostile),
    idLike: fc.array(hostile, { maxLength: 2 }),
  })
  .map((made) => defined<OsRelease>(made));

const base = fc
  .record({
    name: optional(hostile),
    digest: optional(hostile),
    layers: fc.nat(100),
    method: oneOf('annotation', 'label', 'history', 'none'),
  })
  .map((made) => defined<BaseImage>(made));

function keys(one: Package): readonly string[] {
  return [one.type, one.name, one.version, one.purl, one.locations[0] ?? ''];
}

/** In the order of an inventory. */
function compare(a: Package, b: Package): number {
  const others = keys(b);
  const index = keys(a).findIndex((key, at) => key !== others[at]);
  return index < 0 ? 0 : (keys(a)[index] ?? '') < (others[index] ?? '') ? -1 : 1;
}

/** Any inventory, however odd its words, and what an SBOM of it needs beside it. */
export const anySbomInput: fc.Arbitrary<SbomInput> = fc
  .record({
    reference: hostile,
    digest: optional(digest),
    os: optional(os),
    branches: fc.array(hostile, { maxLength: 2 }),
    packages: fc.array(found, { maxLength: 6 }),
    base,
    problems: fc.array(
      fc
        .record({ code: hostile, message: hostile, path: optional(hostile), hint: optional(hostile) })
        .map((made) => defined<{ code: string; message: string }>(made)),
      { maxLength: 2 },
    ),
  })
  .map((made) => ({
    tool: { name: 'holdfast', version: '0.1.0' },
    createdAt: '2026-01-02T03:04:05.678Z',
    description: {
      kind: 'registry',
      reference: made.reference,
      ...(made.digest === undefined ? {} : { digest: made.digest }),
      verified: 'digests',
      annotations: {},
      tags: [made.reference],
      problems: [],
    },
    inventory: {
      ...(made.os === undefined ? {} : { os: made.os }),
      repositories: made.os === undefined ? [] : made.branches,
      packages: [...made.packages, ...made.packages.slice(0, 1)].sort(compare),
      base: made.base,
      problems: made.problems,
      catalogers: [],
    },
  }));
