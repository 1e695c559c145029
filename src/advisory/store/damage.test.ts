import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openAdvisories } from '#advisory/store/open.ts';
import { item, writeItems } from '#advisory/store/store.fixture.ts';
import { verifyAdvisories } from '#advisory/store/verify.ts';
import { HoldfastError } from '#core/errors.ts';
import { runs } from '../../../test/harness/runs.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-damage-'));
const file = join(directory, 'advisories.db');
const damaged = join(directory, 'damaged.db');
afterAll(() => rmSync(directory, { recursive: true }));

/** A busy machine is no failure. */
vi.setConfig({ testTimeout: 60_000 });

const CODES = /^ADVISORIES_(CORRUPT|VERSION)$/;
let whole: Buffer;
let answers: string;

/** Everything that the file holds, or the code of the error. */
function readAll(path: string): string {
  try {
    const advisories = openAdvisories(path);
    try {
      const names = Array.from({ length: 40 }, (_, at) => `p${at}`);
      const cves = Array.from({ length: 40 }, (_, at) => `CVE-2024-${1000 + at}`);
      return JSON.stringify([
        advisories.info,
        names.map((name) => advisories.lookup('Debian:12', name)),
        cves.map((cve) => advisories.exploitation(cve)),
      ]);
    } finally {
      advisories.close();
    }
  } catch (error) {
    return error instanceof HoldfastError ? error.code : `not coded: ${String(error)}`;
  }
}

function verified(path: string): string {
  try {
    verifyAdvisories(path);
    return 'whole';
  } catch (error) {
    return error instanceof HoldfastError ? error.code : `not coded: ${String(error)}`;
  }
}

beforeAll(async () => {
  const advisories = Array.from({ length: 400 }, (_, at) =>
    item({ id: `CVE-2024-${1000 + at}`, package: `p${at % 40}`, summary: `flaw ${at * 104729} of many` }),
  );
  const scores = Array.from({ length: 40 }, (_, at) => ({
    kind: 'exploitation' as const,
    cve: `CVE-2024-${1000 + at}`,
    exploitation: { epss: { score: at / 100, percentile: 0.5 } },
  }));
  await writeItems(file, [...advisories, ...scores]);
  whole = readFileSync(file);
  answers = readAll(file);
});

describe('a damaged file of advisories', () => {
  it('that was cut off does not open', () => {
    for (let length = 0; length < whole.length; length += 1 + Math.floor(length / 60)) {
      writeFileSync(damaged, whole.subarray(0, length));
      expect(readAll(damaged)).toMatch(CODES);
      expect(verified(damaged)).toMatch(CODES);
    }
  });

  it('never answers otherwise than before, whatever byte is changed', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ bits;
        writeFileSync(damaged, bytes);
        const read = readAll(damaged);
        if (read !== answers) expect(read).toMatch(CODES);
        // The four bytes that say nothing are hashed as well.
        expect(verified(damaged)).toMatch(CODES);
      }),
      { numRuns: runs(40) },
    );
  });

  it('with bytes put in or taken out does not open', () => {
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.uint8Array({ minLength: 0, maxLength: 20 }),
        fc.nat(20),
        (at, put, taken) => {
          const bytes = Buffer.concat([whole.subarray(0, at), put, whole.subarray(at + taken)]);
          fc.pre(!bytes.equals(whole));
          writeFileSync(damaged, bytes);
          expect(verified(damaged)).toMatch(CODES);
        },
      ),
      { numRuns: runs(40) },
    );
  });

  it('of a newer format says so, and what to do', () => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(4, 8);
    writeFileSync(damaged, bytes);
    expect(() => openAdvisories(damaged)).toThrow(
      expect.objectContaining({
        code: 'ADVISORIES_VERSION',
        path: damaged,
        hint: expect.stringContaining('newer') as string,
      }),
    );
  });

  it('of an older format says to build it again', () => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(1, 8);
    writeFileSync(damaged, bytes);
    expect(() => openAdvisories(damaged)).toThrow(
      expect.objectContaining({
        code: 'ADVISORIES_VERSION',
        hint: expect.stringContaining('again with holdfast db build') as string,
      }),
    );
  });

  it('that is missing or a directory is named', () => {
    expect(() => openAdvisories(join(directory, 'missing'))).toThrow(
      expect.objectContaining({ code: 'ADVISORIES_UNREADABLE', kind: 'usage' }),
    );
    expect(() => openAdvisories(directory)).toThrow(expect.objectContaining({ path: directory }));
  });
});

describe('a forged file of advisories, whose hashes are right,', () => {
  /** Changes the file and makes its hashes right again. */
  function forge(change: (bytes: Buffer, directoryAt: number) => void): void {
    const bytes = Buffer.from(whole);
    const trailer = bytes.length - 88;
    const at = Number(bytes.readBigUInt64LE(trailer));
    change(bytes, at);
    createHash('sha256')
      .update(bytes.subarray(at, trailer))
      .digest()
      .copy(bytes, trailer + 16);
    createHash('sha256')
      .update(bytes.subarray(0, trailer + 48))
      .digest()
      .copy(bytes, trailer + 48);
    writeFileSync(damaged, bytes);
  }

  it('opens with right hashes at all', () => {
    forge(() => undefined);
    expect(readAll(damaged)).toBe(answers);
    expect(verified(damaged)).toBe('whole');
  });

  it('ends in coded errors, in little memory, whatever its index says', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100_000), fc.nat(255)), { minLength: 1, maxLength: 6 }), (changes) => {
        forge((bytes, at) => {
          const length = bytes.length - 88 - at;
          for (const [place, value] of changes) bytes[at + (place % length)] = value;
        });
        const read = readAll(damaged);
        if (!read.startsWith('[')) expect(read).toMatch(CODES);
        expect(verified(damaged)).toMatch(/^(whole|ADVISORIES_CORRUPT)$/);
      }),
      { numRuns: runs(40) },
    );
  });

  it('whose index hides a block is refused on import', () => {
    forge((bytes, at) => {
      // The last byte of the directory is of the last block's first key.
      const place = bytes.length - 88 - 1;
      bytes[place] = (bytes[place] ?? 0) + 1;
      expect(place).toBeGreaterThan(at);
    });
    expect(verified(damaged)).toBe('ADVISORIES_CORRUPT');
  });

  it('that claims other numbers than it holds is refused on import', () => {
    forge((bytes, at) => {
      const place = bytes.indexOf('"records":400', at);
      bytes.write('"records":401', place, 'latin1');
    });
    expect(verified(damaged)).toBe('ADVISORIES_CORRUPT');
  });
});
