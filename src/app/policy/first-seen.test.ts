import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EVENTS } from '#app/events.ts';
import { firstSeen } from '#app/policy/first-seen.ts';
import { PROJECTIONS } from '#app/projections/list.ts';
import { recordScan } from '#app/record-scan.ts';
import { type BlobStore, openBlobStore } from '#base/blobs/blob-store.ts';
import type { Database } from '#base/database/database.ts';
import { migrate } from '#base/database/migrate.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import type { Finding } from '#finding/finding.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { type Ledger, openLedger } from '#ledger/ledger.ts';
import { generateSigner } from '#ledger/note/keys.ts';
import { LEDGER_MIGRATIONS } from '#ledger/store/migrations.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

let directory: string;
let database: Database<LedgerTables>;
let blobs: BlobStore;
let ledger: Ledger;
let lost = false;
let now = new Date();

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-seen-'));
  database = await openSqlite(join(directory, 'ledger.db'));
  await migrate(database, LEDGER_MIGRATIONS);
  blobs = openBlobStore(join(directory, 'blobs'));
  lost = false;
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

function finding(id: string, version = '1.0', aliases: readonly string[] = []): Finding {
  const purl = `pkg:deb/debian/openssl@${version}?distro=debian-12`;
  return {
    ...{ id, aliases, severity: { level: 'high', source: 'test' }, fixedVersions: [] },
    package: { type: 'deb', name: 'openssl', version, purl, licences: [], locations: [], evidence: 'installed' },
    because: [{ advisory: id, source: 'test', ecosystem: 'x', package: 'x', version, comparison: '' }],
  };
}

async function record(day: string, ...findings: readonly Finding[]): Promise<void> {
  now = new Date(`${day}T00:00:00.000Z`);
  await recordScan(
    { ledger, blobs },
    {
      ...{ tool: { name: 'holdfast', version: '0' }, createdAt: now.toISOString(), advisories: undefined, leftOut: [] },
      description: { kind: 'docker', reference: 'app', verified: 'engine', annotations: {}, tags: [], problems: [] },
      inventory: { repositories: [], packages: [], problems: [], base: { layers: 0, method: 'none' }, catalogers: [] },
      findings: { findings, coverage: [], absences: [] },
    },
    'somebody',
  );
}

const seen = async (one: Finding, unseen: string | null = null) => (await firstSeen({ ledger }, [one], unseen))(one);
const at = (day: string) => `${day}T00:00:00.000Z`;

it('the first scan that had a flaw in a package dates it, whatever the version was', async () => {
  await record('2026-01-01', finding('CVE-1'));
  await record('2026-02-01', finding('CVE-1', '1.1'), finding('CVE-2'));
  await record('2026-03-01', finding('CVE-2'));
  expect(await seen(finding('CVE-1', '2.0'))).toBe(at('2026-01-01'));
  expect(await seen(finding('CVE-2'))).toBe(at('2026-02-01'));
  expect(await seen(finding('CVE-3'))).toBe(null);
  expect(await seen(finding('CVE-3'), 'now')).toBe('now');
});

it('a flaw is known by its other ids too, but not by a bulletin that it shares with others', async () => {
  await record('2026-01-01', finding('GHSA-1'), finding('DSA-1-1'));
  expect(await seen(finding('CVE-1', '1.0', ['GHSA-1']))).toBe(at('2026-01-01'));
  expect(await seen(finding('CVE-2', '1.0', ['DSA-1-1']))).toBe(null);
});

it('behind a list that is gone nothing is dated; before it, all is', async () => {
  await record('2026-01-01', finding('CVE-1'));
  expect(await seen(finding('CVE-1'))).toBe(at('2026-01-01'));
  await record('2026-02-01', finding('CVE-2'));
  lost = true;
  expect(await seen(finding('CVE-2'))).toBe(null);
  lost = false;
  await record('2026-03-01', finding('CVE-3'));
  expect(await seen(finding('CVE-1'))).toBe(at('2026-01-01'));
  expect(await seen(finding('CVE-3'), 'now')).toBe(null);
  // The same list again is known from then on; what it said first is not.
  await record('2026-04-01', finding('CVE-2'));
  expect(await seen(finding('CVE-2'))).toBe(null);
});
