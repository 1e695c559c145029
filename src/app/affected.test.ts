import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Advisory } from '#advisory/advisory.ts';
import { advisoriesFromMemory } from '#advisory/store/in-memory.ts';
import { affectedImages } from '#app/affected.ts';
import { EVENTS } from '#app/events.ts';
import { PROJECTIONS } from '#app/projections/list.ts';
import { recordScan } from '#app/record-scan.ts';
import { type BlobStore, openBlobStore } from '#base/blobs/blob-store.ts';
import type { Database } from '#base/database/database.ts';
import { migrate } from '#base/database/migrate.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import { parseDigest } from '#core/digest.ts';
import type { Package } from '#inventory/package.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { type Ledger, openLedger } from '#ledger/ledger.ts';
import { generateSigner } from '#ledger/note/keys.ts';
import { LEDGER_MIGRATIONS } from '#ledger/store/migrations.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

let directory: string;
let database: Database<LedgerTables>;
let blobs: BlobStore;
let ledger: Ledger;
let lost = false;
let now = new Date('2026-11-20T10:00:00.000Z');

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-affected-'));
  database = await openSqlite(join(directory, 'ledger.db'));
  await migrate(database, LEDGER_MIGRATIONS);
  blobs = openBlobStore(join(directory, 'blobs'));
  lost = false;
  now = new Date('2026-11-20T10:00:00.000Z');
  ledger = openLedger({
    database,
    catalogue: eventCatalogue(EVENTS),
    projections: PROJECTIONS,
    signer: generateSigner('holdfast/test'),
    now: () => now,
    blob: async (digest) => (lost ? undefined : blobs.get(digest)),
  });
});

afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

function packageOf(type: Package['type'], name: string, version: string, more: Partial<Package> = {}): Package {
  const purl = `pkg:${type === 'deb' ? 'deb/debian' : type}/${encodeURIComponent(name)}@${version}`;
  return { type, name, version, purl, licences: [], locations: ['x'], evidence: 'installed', ...more };
}

async function record(name: string, packages: readonly Package[]): Promise<void> {
  const report: ScanReportInput = {
    tool: { name: 'holdfast', version: '0' },
    createdAt: now.toISOString(),
    advisories: undefined,
    description: {
      kind: 'registry',
      reference: name,
      digest: parseDigest(`sha256:${Buffer.from(name).toString('hex').padEnd(64, '0')}`),
      verified: 'digests',
      annotations: {},
      tags: [],
      problems: [],
    },
    inventory: {
      os: { id: 'debian', versionId: '12', name: 'Debian 12', idLike: [] },
      repositories: [],
      packages,
      problems: [],
      base: { layers: 0, method: 'none' },
      catalogers: [],
    },
    findings: { findings: [], coverage: [], absences: [] },
    leftOut: [],
  };
  await recordScan({ ledger, blobs }, report, 'somebody');
}

function advisory(id: string, ecosystem: string, name: string, fixed: string, more: Partial<Advisory> = {}): Advisory {
  return {
    id,
    aliases: [],
    ecosystem,
    package: name,
    status: 'affected',
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
    versions: [],
    source: 'test',
    ...more,
  };
}

const ADVISORIES = [
  advisory('CVE-2026-0001', 'Debian:12', 'openssl', '3.0.11-1'),
  advisory('GHSA-1', 'PyPI', 'requests', '2.0', { aliases: ['CVE-2026-0002'] }),
];

function affected(asked: string, since?: string) {
  const info = {
    kind: 'full' as const,
    builtAt: '2026-11-22T00:00:00Z',
    records: 2,
    ecosystems: { 'Debian:12': { records: 1 }, PyPI: { records: 1 } },
    sources: [],
  };
  return affectedImages(ledger, advisoriesFromMemory(info, ADVISORIES, new Map()), {
    asked,
    now,
    ...(since === undefined ? {} : { since }),
  });
}

const OPENSSL = packageOf('deb', 'libssl3', '3.0.9-1', { source: { name: 'openssl', version: '3.0.9-1' } });
const FIXED = packageOf('deb', 'libssl3', '3.0.11-1', { source: { name: 'openssl', version: '3.0.11-1' } });
const REQUESTS = packageOf('pypi', 'requests', '1.0');

it('finds the images that a vulnerability hits, by what they hold and not by what was known then', async () => {
  await record('old', [OPENSSL, REQUESTS]);
  await record('new', [FIXED, { ...REQUESTS, ownedBy: 'pkg:deb/debian/python3-requests@1.0' }]);
  const hit = await affected('CVE-2026-0001');
  expect(hit).toMatchObject({ advisories: '2026-11-22T00:00:00Z', unread: 0, starterOnly: false });
  expect(hit.images.map(({ reference, packages }) => [reference, packages])).toEqual([
    ['old', [{ purl: OPENSSL.purl, version: '3.0.9-1', severity: 'unknown', fixedVersions: ['3.0.11-1'] }]],
  ]);
  for (const id of ['CVE-2026-0002', 'GHSA-1']) {
    expect((await affected(id)).images.map(({ reference }) => reference)).toEqual(['old']);
  }
  expect((await affected('CVE-2026-9999')).images).toEqual([]);
});

it('finds packages by their URLs, with and without a version', async () => {
  await record('old', [OPENSSL]);
  await record('new', [FIXED]);
  const named = async (purl: string) => (await affected(purl)).images.map(({ reference }) => reference);
  expect(await named('pkg:deb/debian/libssl3')).toEqual(['new', 'old']);
  expect(await named('pkg:deb/debian/libssl3@3.0.9-1?arch=amd64')).toEqual(['old']);
  expect(await named('pkg:deb/debian/libssl3@9')).toEqual([]);
});

it('says when an image was first and last seen, and leaves out what was not seen since', async () => {
  await record('app', [OPENSSL]);
  now = new Date('2026-11-22T10:00:00.000Z');
  await record('app', [OPENSSL]);
  const { images } = await affected('CVE-2026-0001', '2026-11-21T00:00:00.000Z');
  expect(images).toMatchObject([{ firstSeen: '2026-11-20T10:00:00.000Z', lastSeen: '2026-11-22T10:00:00.000Z' }]);
  expect((await affected('CVE-2026-0001', '2026-11-23T00:00:00.000Z')).images).toEqual([]);
});

it('goes by the newest inventory of a target that changes', async () => {
  await record('app', [OPENSSL]);
  await record('app', [FIXED]);
  expect((await affected('CVE-2026-0001')).images).toEqual([]);
});

it('counts inventories that are lost as unknown', async () => {
  await record('app', [OPENSSL]);
  lost = true;
  expect(await affected('CVE-2026-0001')).toMatchObject({ images: [], unread: 1 });
});

it('counts what a newer program recorded as unknown', async () => {
  const newer = openLedger({
    database,
    catalogue: eventCatalogue([
      {
        type: 'image.inventoried',
        schemaVersion: 2,
        parse: (data) => data,
        upcasts: [(data) => data],
        summarise: () => ({ subject: '', outcome: 'done', sentence: '' }),
      },
    ]),
    projections: [],
    signer: generateSigner('holdfast/test'),
    now: () => now,
    blob: async () => undefined,
  });
  await record('app', [OPENSSL]);
  await newer.append({ stream: 'image:sha256:1', events: [{ type: 'image.inventoried', data: {} }], actor: 'x' });
  expect(await affected('CVE-2026-0001')).toMatchObject({ images: [{ reference: 'app' }], unread: 1 });
});

it('reads what images share once, and reads again what was lost when it is recorded again', async () => {
  const base = packageOf('deb', 'base-files', '1', {
    layer: { index: 0, diffId: parseDigest(`sha256:${'1'.repeat(64)}`) },
  });
  await record('one', [base, OPENSSL]);
  lost = true;
  await record('two', [base, REQUESTS]);
  expect(await affected('CVE-2026-0002')).toMatchObject({ images: [], unread: 2 });
  lost = false;
  await record('one', [base, OPENSSL]);
  expect(await affected('CVE-2026-0001')).toMatchObject({ images: [{ reference: 'one' }], unread: 1 });
  await record('two', [base, REQUESTS]);
  expect(await affected('CVE-2026-0002')).toMatchObject({ images: [{ reference: 'two' }], unread: 0 });
});

it('takes names that no package has', async () => {
  const names = ['\0', 'a\0b', '\ud800', '😀'.repeat(10_000), '../..', "'; drop table events; --"];
  await record(
    'hostile',
    names.map((name, index) => packageOf('npm', 'x', String(index), { name, purl: `pkg:npm/${name}@${index}` })),
  );
  await record('app', [OPENSSL]);
  expect((await affected('CVE-2026-0001')).images.map(({ reference }) => reference)).toEqual(['app']);
  expect((await affected(`pkg:npm/${'😀'.repeat(10_000)}`)).images).toHaveLength(1);
});
