import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { advisoriesHome } from '#app/advisories-home.ts';
import { advisoriesStatus } from '#app/advisories-status.ts';
import { buildAdvisories } from '#app/build-advisories.ts';
import { openDefaultAdvisories } from '#app/default-advisories.ts';
import type { FetchAnswer } from '#app/http-answer.ts';
import { importAdvisories } from '#app/import-advisories.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-app-advisories-'));
afterAll(() => rmSync(root, { recursive: true }));

const NOW = new Date('2026-03-01T00:00:00Z');
const RECORD = {
  id: 'GHSA-aaaa-bbbb-cccc',
  modified: '2024-01-01T00:00:00Z',
  affected: [{ package: { ecosystem: 'npm', name: 'p' }, versions: ['1.0.0'] }],
};
let home: string;
let feed: string;
let runs = 0;

beforeEach(() => {
  runs += 1;
  home = join(root, String(runs));
  mkdirSync(home);
  feed = join(home, 'feed.json');
  writeFileSync(feed, JSON.stringify(RECORD));
});

/** A server that answers anything with these bytes. */
function serving(bytes: Buffer, status = 200, headers: Readonly<Record<string, string>> = {}): FetchAnswer {
  return async () => ({
    status,
    headers: new Map(Object.entries(headers)),
    body: (async function* () {
      for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
    })(),
    discard: async () => undefined,
  });
}

const offline: FetchAnswer = () => Promise.reject(new Error('nothing may be fetched'));

describe('building', () => {
  it('makes a file and tells what is in it', async () => {
    const out = join(home, 'made.db');
    const built = await buildAdvisories({ from: [feed], out, now: NOW });
    expect(built).toMatchObject({
      info: { kind: 'full', builtAt: '2026-03-01T00:00:00.000Z', records: 1, sources: ['feed.json'] },
      ratedCves: 0,
      problems: [],
    });
    const again = readFileSync(out);
    await buildAdvisories({ from: [feed], out, now: NOW });
    expect(readFileSync(out).equals(again)).toBe(true);
  });

  it('leaves no file when an input cannot be read, and the old one if there is one', async () => {
    const out = join(home, 'made.db');
    const broken = join(home, 'broken.json');
    writeFileSync(broken, 'broken');
    await expect(buildAdvisories({ from: [feed, broken], out, now: NOW })).rejects.toMatchObject({ path: broken });
    expect(readdirSync(home).sort()).toEqual(['broken.json', 'feed.json']);
  });

  it('refuses records that say nothing about any package', async () => {
    writeFileSync(feed, JSON.stringify({ ...RECORD, affected: [] }));
    const building = buildAdvisories({ from: [feed], out: join(home, 'made.db'), now: NOW });
    await expect(building).rejects.toMatchObject({ code: 'ADVISORY_INPUT_EMPTY' });
  });

  it('names the file that it may not write', async () => {
    const out = join(feed, 'made.db');
    await expect(buildAdvisories({ from: [feed], out, now: NOW })).rejects.toMatchObject({
      code: 'FILE_NOT_WRITTEN',
      path: out,
    });
  });
});

describe('the advisories that are used', () => {
  it('lie among the data of the user', () => {
    expect(advisoriesHome({ HOME: '/home/u' })).toBe('/home/u/.local/share/holdfast/advisories.db');
    expect(advisoriesHome({ HOME: '/home/u', XDG_DATA_HOME: '/data' })).toBe('/data/holdfast/advisories.db');
    expect(advisoriesHome({ HOME: '/home/u', XDG_DATA_HOME: 'relative' })).toBe(
      '/home/u/.local/share/holdfast/advisories.db',
    );
    expect(advisoriesHome({ HOME: '/home/u', HOLDFAST_ADVISORIES: '/x.db' })).toBe('/x.db');
  });

  it('are the starter set where there is no file', async () => {
    const environment = { XDG_DATA_HOME: home };
    const advisories = await openDefaultAdvisories(undefined, environment);
    expect(advisories.info.kind).toBe('starter');
    expect(advisories.lookup('npm', 'lodash').length).toBeGreaterThan(0);
    advisories.close();
    const status = await advisoriesStatus(undefined, environment, NOW);
    expect(status.info.kind).toBe('starter');
    expect(status).not.toHaveProperty('file');
  });

  it('are those of the default file, or of the one that is named', async () => {
    const environment = { XDG_DATA_HOME: home };
    const out = advisoriesHome(environment);
    await buildAdvisories({ from: [feed], out, now: NOW });
    for (const [file, variables] of [
      [undefined, environment],
      [out, {}],
      [undefined, { HOLDFAST_ADVISORIES: out }],
    ] as const) {
      const advisories = await openDefaultAdvisories(file, variables);
      expect(advisories.lookup('npm', 'p')).toHaveLength(1);
      advisories.close();
    }
  });

  it('are never the starter set in place of a file that is named and missing', async () => {
    const missing = join(home, 'missing.db');
    const code = 'ADVISORIES_UNREADABLE';
    await expect(openDefaultAdvisories(missing, {})).rejects.toMatchObject({ code });
    await expect(openDefaultAdvisories(undefined, { HOLDFAST_ADVISORIES: missing })).rejects.toMatchObject({ code });
    await expect(advisoriesStatus(undefined, { HOLDFAST_ADVISORIES: missing }, NOW)).rejects.toMatchObject({ code });
  });

  it('tell their age, and damage that a scan may not meet', async () => {
    const out = join(home, 'made.db');
    await buildAdvisories({ from: [feed], out, now: NOW });
    const later = new Date('2026-03-03T00:00:00Z');
    expect(await advisoriesStatus(out, {}, later)).toMatchObject({ ageMs: 172_800_000, file: { path: out } });
    const bytes = readFileSync(out);
    bytes[13] = 1;
    writeFileSync(out, bytes);
    await expect(advisoriesStatus(out, {}, later)).rejects.toMatchObject({ code: 'ADVISORIES_CORRUPT' });
  });
});

describe('importing', () => {
  async function made(): Promise<string> {
    const out = join(home, 'elsewhere.db');
    await buildAdvisories({ from: [feed], out, now: NOW });
    return out;
  }

  it('puts a file into its place', async () => {
    const from = await made();
    const file = join(home, 'data', 'advisories.db');
    expect(await importAdvisories({ from, file }, offline)).toMatchObject({ records: 1 });
    expect(readFileSync(file).equals(readFileSync(from))).toBe(true);
  });

  it('fetches a file from an address', async () => {
    const bytes = readFileSync(await made());
    const file = join(home, 'advisories.db');
    const fetch = serving(bytes, 200, { 'content-length': String(bytes.length) });
    expect(await importAdvisories({ from: 'https://mirror.example/a.db', file }, fetch)).toMatchObject({ records: 1 });
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('keeps the old file whatever is wrong with the new one', async () => {
    const from = await made();
    const bytes = readFileSync(from);
    const file = join(home, 'advisories.db');
    await importAdvisories({ from, file }, offline);
    const flipped = Buffer.from(bytes);
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    const url = 'https://user:secret@mirror.example/a.db';
    for (const [fetch, code] of [
      [serving(flipped), 'ADVISORIES_CORRUPT'],
      [serving(bytes.subarray(0, -1)), 'ADVISORIES_CORRUPT'],
      [serving(Buffer.from('<html>')), 'ADVISORIES_CORRUPT'],
      [serving(bytes, 404), 'ADVISORIES_FETCH_FAILED'],
      [serving(bytes, 200, { 'content-length': '7' }), 'ADVISORIES_FETCH_FAILED'],
    ] as const) {
      const error = await importAdvisories({ from: url, file }, fetch).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code });
      if (code === 'ADVISORIES_FETCH_FAILED') expect(String(error)).not.toContain('secret');
      expect(readFileSync(file).equals(bytes)).toBe(true);
    }
    expect(readdirSync(home).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('names a file that is none', async () => {
    const file = join(home, 'advisories.db');
    await expect(importAdvisories({ from: feed, file }, offline)).rejects.toMatchObject({
      code: 'ADVISORIES_CORRUPT',
      path: feed,
    });
    await expect(importAdvisories({ from: home, file }, offline)).rejects.toMatchObject({
      code: 'ADVISORIES_UNREADABLE',
      path: home,
    });
    const missing = join(home, 'missing');
    await expect(importAdvisories({ from: missing, file }, offline)).rejects.toMatchObject({
      code: 'ADVISORIES_UNREADABLE',
    });
    expect(existsSync(file)).toBe(false);
  });
});
