import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Cataloged, catalogRpm } from './rpm.fixture.ts';
import { makeBerkeley, makeNdb, makePackage, makeSqlite, makeWal } from './rpm-database.fixture.ts';

const NAMES = Array.from({ length: 12 }, (_, index) => `package-${index}`);
const BLOBS = NAMES.map((name, index) => makePackage(name, '1', '1', index * 300));
const SQLITE = makeSqlite(BLOBS);
const WAL = makeWal(makeSqlite([...BLOBS, ...BLOBS]), 3);
const RUNS = 100;

const KINDS: readonly (readonly [string, Buffer])[] = [
  ['SQLite', SQLITE],
  ['ndb', makeNdb(BLOBS)],
  ['Berkeley DB', makeBerkeley(BLOBS, true, 1024)],
  ['big-endian Berkeley DB', makeBerkeley(BLOBS, false, 1024)],
];

/** What holds whatever is read: it ended, nothing was thrown, and what came out is whole. */
function expectSound({ items, problems }: Cataloged, bytes: number): void {
  for (const item of items) {
    if (item.kind === 'package') expect(item.package.name.length * item.package.version.length).toBeGreaterThan(0);
  }
  expect(items.length).toBeLessThan(bytes / 12 + 1);
  expect(problems.length).toBeLessThan(12);
  for (const { code, message } of problems) {
    expect(code).toMatch(/^RPM_[A-Z_]+$/);
    expect(message).not.toBe('');
  }
}

function changed(bytes: Buffer, changes: readonly (readonly [at: number, value: number])[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, value] of changes) copy[at % copy.length] = value;
  return copy;
}

const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 40 });

describe.each(KINDS)('a %s database', (_, bytes) => {
  test('cut off anywhere is read as far as it goes, and says so when packages are missing', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        const found = catalogRpm(bytes.subarray(0, length));
        expectSound(found, length);
        expect(NAMES.map((name) => `${name} 1-1`)).toEqual(expect.arrayContaining([...found.packages]));
        if (found.packages.length < NAMES.length) expect(found.problems).not.toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  test('with any bytes changed is read without harm', () => {
    fc.assert(
      fc.property(changes, (list) => expectSound(catalogRpm(changed(bytes, list)), bytes.length)),
      { numRuns: RUNS },
    );
  });

  test('with bytes of its structures changed is read without harm', () => {
    // Headers, slots and the pages' first bytes, where damage does most.
    const near = fc.array(fc.tuple(fc.nat(bytes.length >> 9), fc.nat(40), fc.nat(255)), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(near, (list) => {
        const places = list.map(([page, at, value]) => [page * 512 + at, value] as const);
        expectSound(catalogRpm(changed(bytes, places)), bytes.length);
      }),
      { numRuns: RUNS },
    );
  });

  test('of which only the start is real is read without harm', () => {
    fc.assert(
      fc.property(fc.nat(4200), fc.uint8Array({ maxLength: 8192 }), (length, rest) => {
        const made = Buffer.concat([bytes.subarray(0, length), rest]);
        expectSound(catalogRpm(made), made.length);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a write-ahead log', () => {
  test('of any bytes changes nothing but by its rules', () => {
    fc.assert(
      fc.property(changes, fc.nat(WAL.length), (list, length) => {
        const wal = changed(WAL.subarray(0, length + 1), list);
        expectSound(catalogRpm(SQLITE, wal), SQLITE.length + wal.length);
      }),
      { numRuns: RUNS },
    );
  });
});

test("a distroless image's list of any text is read without harm", () => {
  const text = fc.array(fc.constantFrom('a', '\t', '\n', '\r', '0', '(none)', 'x-1-1.src.rpm'), { maxLength: 200 });
  fc.assert(
    fc.property(text, (parts) => {
      const bytes = Buffer.from(parts.join(''));
      expectSound(catalogRpm(bytes, undefined, 'var/lib/rpmmanifest/container-manifest-2'), bytes.length + 24);
    }),
    { numRuns: RUNS },
  );
});
