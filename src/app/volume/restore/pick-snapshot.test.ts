import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Advisories, Advisory } from '#advisory/advisory.ts';
import { advisoriesFromMemory } from '#advisory/store/in-memory.ts';
import { EVENTS } from '#app/events.ts';
import { PROJECTIONS } from '#app/projections/list.ts';
import { recordScan } from '#app/record-scan.ts';
import { type PickDeps, pickSnapshot, type SnapshotWish } from '#app/volume/restore/pick-snapshot.ts';
import { type BlobStore, openBlobStore } from '#base/blobs/blob-store.ts';
import type { Database } from '#base/database/database.ts';
import { migrate } from '#base/database/migrate.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import { parseDigest } from '#core/digest.ts';
import type { Package } from '#inventory/package.ts';
import { type EventCatalogue, eventCatalogue } from '#ledger/catalogue.ts';
import { type Ledger, openLedger } from '#ledger/ledger.ts';
import { generateSigner } from '#ledger/note/keys.ts';
import { LEDGER_MIGRATIONS } from '#ledger/store/migrations.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import type { Writer } from '#volume/snapshot/events.ts';

const IMAGES = { good: 'a', bad: 'b', new: 'c' } as const;
type Name = keyof typeof IMAGES;
const NOW = new Date('2026-11-22T10:00:00.000Z');

let directory: string;
let database: Database<LedgerTables>;
let blobs: BlobStore;
let ledger: Ledger;
let catalogue: EventCatalogue;
let rows: SnapshotRow[];
let minute: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-pick-'));
  database = await openSqlite(join(directory, 'ledger.db'));
  await migrate(database, LEDGER_MIGRATIONS);
  blobs = openBlobStore(join(directory, 'blobs'));
  catalogue = eventCatalogue(EVENTS);
  rows = [];
  minute = 0;
  ledger = openLedger({
    ...{ database, catalogue, projections: PROJECTIONS, signer: generateSigner('holdfast/test') },
    now: () => new Date(Date.UTC(2026, 10, 20, 10, minute)),
    blob: (digest) => blobs.get(digest),
  });
  await scan('good', '2.0.0');
  await scan('bad', '1.0.0');
});

afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

function idOf(name: Name): string {
  return `sha256:${IMAGES[name].repeat(64)}`;
}

async function scan(name: Name, version: string): Promise<void> {
  const found: Package = {
    ...{ type: 'npm', name: 'evil', version, purl: `pkg:npm/evil@${version}`, licences: [], locations: ['x'] },
    evidence: 'installed',
  };
  const report: Parameters<typeof recordScan>[1] = {
    tool: { name: 'holdfast', version: '0' },
    createdAt: NOW.toISOString(),
    advisories: undefined,
    description: {
      ...{ kind: 'docker-engine', reference: name, imageId: parseDigest(idOf(name)), layers: [], tags: [] },
      verified: 'full',
    } as never,
    inventory: {
      ...{ repositories: [], packages: [found], problems: [], catalogers: [] },
      base: { kind: 'unknown' } as never,
    },
    findings: { findings: [], coverage: [], absences: [] },
    leftOut: [],
  };
  await recordScan({ ledger, blobs }, report, 'tester');
}

function advisories(kind: 'full' | 'starter' = 'full'): Advisories {
  const advisory: Advisory = {
    ...{ id: 'CVE-2026-0001', aliases: [], ecosystem: 'npm', package: 'evil', status: 'affected', versions: [] },
    ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.5.0' }] }],
    source: 'osv',
  };
  const info = { kind, builtAt: NOW.toISOString(), records: 1, ecosystems: { npm: { records: 1 } }, sources: [] };
  return advisoriesFromMemory(info, [advisory], new Map([['CVE-2026-0001', { knownExploitedSince: '2026-11-01' }]]));
}

function writer(name: Name): Writer {
  return { container: name, name, image: name, imageId: idOf(name), digests: [], user: '', state: 'running' };
}

const about = { volume: 'db', repository: { name: 'main', id: 'r' } };

async function take(id: string, names: readonly Name[], writersComplete = true, engine = 'one'): Promise<void> {
  minute += 10;
  const writers = names.map(writer);
  const stream = 'volume:db';
  const events = [{ type: 'snapshot.started', data: { ...about, writers, writersComplete, engine } }] as const;
  const begun = await ledger.append({ stream, events, actor: 'tester' });
  const started = begun.kind === 'appended' ? begun.position : 0;
  const facts = { method: 'pause', holdMs: 1, bytes: 1, bytesAdded: 1, files: 1, dumps: [], complete: true, started };
  const snapshot = id.padEnd(64, '0');
  const data = { ...about, snapshot, tree: id.padEnd(64, 'f'), ...facts };
  await ledger.append({ stream, events: [{ type: 'snapshot.finished', data }], actor: 'tester' });
  rows.push(row(id));
}

function row(id: string, more: Partial<SnapshotRow> = {}): SnapshotRow {
  const time = new Date(Date.UTC(2026, 10, 20, 10, minute, 30)).toISOString();
  return {
    ...{ id: id.padEnd(64, '0'), time, tree: id.padEnd(64, 'f'), paths: ['/v/db/_data'], host: 'h' },
    tags: ['holdfast', 'volume=db'],
    ...more,
  };
}

async function restored(snapshot: string, more: object = { engine: 'one' }): Promise<void> {
  const data = { ...about, snapshot: snapshot.padEnd(64, '0'), to: 'db', place: 'in-place', ...more };
  await ledger.append({ stream: 'volume:db', events: [{ type: 'volume.restored', data }], actor: 'tester' });
}

async function pick(wish: Partial<SnapshotWish>, deps: Partial<PickDeps> = {}): Promise<string> {
  const record = { ledger, catalogue, blobs };
  const list: PickDeps['list'] = async ({ tags = [] } = {}) =>
    rows.filter((one) => tags.every((tag) => one.tags.includes(tag)));
  const subject = { kind: 'volume', name: 'db' } as const;
  const all = { record, list, advisories: advisories(), now: NOW, ...deps };
  const picked = await pickSnapshot(all, { snapshot: 'latest', subject, trusted: false, ...wish });
  return `${picked.row.id.slice(0, 4)} ${picked.problems.map(({ code }) => code).join(' ')}`.trim();
}

it('takes the newest that only images without known exploited flaws wrote', async () => {
  await take('aaaa', ['good']);
  await take('bbbb', ['good']);
  await take('cccc', ['good', 'bad']);
  await take('dddd', ['good']);
  expect(await pick({ trusted: true })).toBe('bbbb');
  expect(await pick({})).toBe('dddd');
  await expect(pick({ snapshot: 'dddd', trusted: true })).rejects.toMatchObject({
    code: 'SNAPSHOT_NOT_TRUSTED',
    message: expect.stringMatching(/since cccc0000: bad \(bad\) is denied: CVE-2026-0001 in evil 1\.0\.0/),
  });
});

it('does not trust images that nobody looked into, starter sets, or gaps in who wrote', async () => {
  await take('aaaa', ['good']);
  expect(await pick({ trusted: true })).toBe('aaaa');
  await expect(pick({ trusted: true }, { advisories: advisories('starter') })).rejects.toThrow(/starter set/);
  await expect(pick({ trusted: true }, { advisories: undefined })).rejects.toThrow(/no advisories/);
  await take('bbbb', ['new']);
  expect(await pick({ trusted: true })).toBe('aaaa');
  await expect(pick({ snapshot: 'bbbb', trusted: true })).rejects.toThrow(/no scan of it is on the record/);
  await take('cccc', ['good'], false);
  rows.splice(0, 2);
  await expect(pick({ trusted: true })).rejects.toThrow(/who else wrote is not known|no scan of it/);
});

it('trusts again what goes on from a trusted one, and not what a part was put into', async () => {
  await take('aaaa', ['good']);
  await take('bbbb', ['bad']);
  await restored('aaaa');
  await take('cccc', ['good']);
  expect(await pick({ trusted: true })).toBe('cccc');
  await restored('bbbb', { path: 'conf', engine: 'one' });
  await take('dddd', ['good']);
  expect(await pick({ trusted: true })).toBe('cccc');
});

it('does not take the restore of one engine for that of a volume of the same name at another', async () => {
  await take('aaaa', ['good']);
  await take('bbbb', ['bad'], true, 'two');
  await restored('aaaa');
  await take('cccc', ['good'], true, 'two');
  await expect(pick({ snapshot: 'cccc', trusted: true })).rejects.toThrow(/since bbbb0000: bad/);
  await take('dddd', ['good']);
  expect(await pick({ snapshot: 'dddd', trusted: true })).toBe('dddd');
  await restored('aaaa', {});
  await take('eeee', ['good']);
  await expect(pick({ snapshot: 'eeee', trusted: true })).rejects.toThrow(/who else wrote is not known/);
});

it('does not believe a foreign snapshot, nor a copy with another tree', async () => {
  await take('aaaa', ['good']);
  rows.push(row('eeee', { tree: 'e'.repeat(64), original: 'aaaa'.padEnd(64, '0') }));
  expect(await pick({ snapshot: 'eeee' })).toBe('eeee SNAPSHOT_FOREIGN');
  expect(await pick({ trusted: true })).toBe('aaaa');
  rows.push(row('ffff', { tree: 'aaaa'.padEnd(64, 'f'), original: 'aaaa'.padEnd(64, '0') }));
  expect(await pick({ trusted: true })).toBe('ffff');
});

it('takes the latest that is on the record, unless none is: a run that died may have left another', async () => {
  rows.push(row('eeee'));
  expect(await pick({})).toBe('eeee SNAPSHOT_FOREIGN');
  await take('aaaa', ['good']);
  minute += 10;
  rows.push(row('ffff'));
  expect(await pick({})).toBe('aaaa SNAPSHOT_PASSED_OVER');
  expect(await pick({ snapshot: 'ffff' })).toBe('ffff SNAPSHOT_FOREIGN');
});

it('finds an anonymous volume by the beginning of its name', async () => {
  const name = `8a5485d38239${'0'.repeat(52)}`;
  rows.push(row('cccc', { tags: ['holdfast', `volume=${name}`] }));
  expect(await pick({ subject: { kind: 'volume', name: name.slice(0, 12) } })).toBe('cccc SNAPSHOT_FOREIGN');
  rows.push(row('dddd', { tags: ['holdfast', `volume=${name.replaceAll('0', '1')}`] }));
  const subject = { kind: 'volume', name: name.slice(0, 10) } as const;
  await expect(pick({ subject })).rejects.toMatchObject({ code: 'SNAPSHOT_UNKNOWN' });
});

it('takes the newest from a moment or before, and from before an image wrote', async () => {
  await take('aaaa', ['good']);
  await take('bbbb', ['good']);
  await take('cccc', ['bad']);
  expect(await pick({ at: '2026-11-20T10:20:30Z' })).toBe('bbbb');
  expect(await pick({ at: '2026-11-20T10:20:29Z' })).toBe('aaaa');
  await expect(pick({ at: '2026-11-20T10:00:00Z' })).rejects.toMatchObject({ code: 'SNAPSHOT_UNKNOWN' });
  expect(await pick({ beforeImage: idOf('bad') })).toBe('bbbb');
  await expect(pick({ beforeImage: idOf('good') })).rejects.toMatchObject({ code: 'SNAPSHOT_UNKNOWN' });
  await expect(pick({ beforeImage: idOf('new') })).rejects.toMatchObject({ code: 'IMAGE_NO_WRITER' });
  await take('dddd', ['good'], false);
  await take('eeee', ['new']);
  expect(await pick({ beforeImage: idOf('new') })).toBe('dddd WRITERS_INCOMPLETE');
});

it('knows an image that the observer saw since the newest snapshot', async () => {
  await take('aaaa', ['good']);
  const { state: _, ...container } = writer('bad');
  const more = { privileged: false, addedCapabilities: [], droppedCapabilities: [], whole: true, what: 'appeared' };
  const containers = [{ ...container, ...more, mounts: [{ kind: 'volume', source: 'db' }] }];
  const events = [{ type: 'writers.seen', data: { watch: 'w', engine: 'one', containers } }] as const;
  await expect(pick({ beforeImage: idOf('bad') })).rejects.toMatchObject({ code: 'IMAGE_NO_WRITER' });
  await ledger.append({ stream: 'observer', events, actor: 'tester' });
  expect(await pick({ beforeImage: idOf('bad') })).toBe('aaaa');
});

it('wants an id that names one snapshot', async () => {
  await take('aaaa', ['good']);
  await take('aaab', ['good']);
  expect(await pick({ snapshot: 'aaab' })).toBe('aaab');
  for (const snapshot of ['aaa', 'zzzz', '', 'bbbb']) {
    await expect(pick({ snapshot })).rejects.toMatchObject({ code: 'SNAPSHOT_UNKNOWN' });
  }
});
