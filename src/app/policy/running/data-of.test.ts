import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVENTS } from '#app/events.ts';
import type { Home } from '#app/home/home.ts';
import { dataOf } from '#app/policy/running/data-of.ts';
import { dataPlaces } from '#app/policy/running/data-places.ts';
import { PROJECTIONS } from '#app/projections/list.ts';
import { openBlobStore } from '#base/blobs/blob-store.ts';
import type { Database } from '#base/database/database.ts';
import { migrate } from '#base/database/migrate.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import type { JsonObject } from '#core/oci/json.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { type Ledger, openLedger } from '#ledger/ledger.ts';
import { generateSigner } from '#ledger/note/keys.ts';
import { LEDGER_MIGRATIONS } from '#ledger/store/migrations.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';

const mount = (Type: string, source: string, Destination: string, RW = true) => ({
  ...{ Type, RW, Destination },
  ...(Type === 'volume' ? { Name: source, Source: `/engine/${source}` } : { Source: source }),
});
const container = (name: string, image: string, ...Mounts: readonly object[]): JsonObject => ({
  ...{ Id: 'a'.repeat(64), Name: `/${name}`, Mounts, HostConfig: {} },
  Config: { Image: image, Labels: { 'com.docker.compose.project': 'shop' } },
});

describe('where containers keep data', () => {
  it('volumes that they may write to, and directories under the data of a known service', () => {
    const raws = [
      container('web', 'nginx:1', mount('volume', 'site', '/srv'), mount('bind', '/etc/web', '/etc/nginx')),
      container('job', 'nginx:1', mount('volume', 'site', '/srv'), mount('volume', 'read', '/r', false)),
      container('db', 'postgres:16', mount('bind', '/srv/db', '/var/lib/postgresql/data'), mount('tmpfs', '', '/t')),
    ];
    expect(dataPlaces(raws)).toEqual([
      { name: '/srv/db', containers: ['db'], stacks: ['shop'] },
      { name: 'site', containers: ['job', 'web'], stacks: ['shop'] },
    ]);
  });
});

describe('what the record tells of data', () => {
  let directory: string;
  let database: Database<LedgerTables>;
  let ledger: Ledger;
  let now = new Date();
  const catalogue = eventCatalogue(EVENTS);
  const repository = { name: 'nas', id: 'r1' };

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-data-'));
    database = await openSqlite(join(directory, 'ledger.db'));
    await migrate(database, LEDGER_MIGRATIONS);
    const signer = generateSigner('holdfast/test');
    const blob = async () => undefined;
    ledger = openLedger({ database, catalogue, projections: PROJECTIONS, signer, now: () => now, blob });
  });
  afterEach(async () => {
    await database.close();
    rmSync(directory, { recursive: true });
  });

  const append = async (day: string, type: string, data: object): Promise<number> => {
    now = new Date(`2026-01-${day}T00:00:00.000Z`);
    const events = [{ type, data: { volume: 'site', repository, ...data } }] as const;
    const result = await ledger.append({ stream: 'volume:site', events, actor: 'x' });
    return result.kind === 'conflict' ? 0 : result.position;
  };
  const snapshot = async (day: string, { engine = 'e1', complete = true, writersComplete = true } = {}) => {
    const started = await append(day, 'snapshot.started', { writers: [], writersComplete, engine });
    await append(day, 'snapshot.finished', {
      ...{ snapshot: day.padStart(64, '0'), tree: 't', method: 'paused', holdMs: 1, bytes: 1, bytesAdded: 1, files: 1 },
      ...{ dumps: [], complete, started },
    });
  };
  const drill = (day: string, outcome: string) =>
    append(day, 'volume.drilled', {
      ...{ snapshot: 's', outcome, probe: 'files', reasons: [], dumps: 0, databases: 0, restoreMs: 1, totalMs: 1 },
    });
  const facts = async () => {
    const home = { directory } as Home;
    const record = { ledger, catalogue, blobs: openBlobStore(join(directory, 'blobs')), home };
    const raws = [container('web', 'nginx:1', mount('volume', 'site', '/srv'))];
    const [site] = await dataOf({ record, engine: 'e1', advisories: undefined, now }, raws);
    return site;
  };

  it('nothing is nothing, and is said', async () => {
    expect(await facts()).toEqual({
      ...{ name: 'site', containers: ['web'], lastSnapshot: null, method: null, lastDrill: null },
      ...{ schedule: null, writersTrusted: null },
    });
  });

  it('the newest whole snapshot of this engine, the last drill that passed, and who wrote', async () => {
    await snapshot('01');
    await snapshot('02', { complete: false });
    await snapshot('03', { engine: 'e2' });
    await drill('04', 'passed');
    await drill('05', 'failed');
    expect(await facts()).toMatchObject({
      ...{ lastSnapshot: '2026-01-01T00:00:00.000Z', method: 'paused', writersTrusted: true },
      lastDrill: '2026-01-04T00:00:00.000Z',
    });
    await snapshot('06', { writersComplete: false });
    expect(await facts()).toMatchObject({ lastSnapshot: '2026-01-06T00:00:00.000Z', writersTrusted: null });
  });

  it.each([
    [{ kind: 'all' }, 'nightly'],
    [{ kind: 'stack', stack: 'shop' }, 'nightly'],
    [{ kind: 'stack', stack: 'other' }, null],
    [{ kind: 'volume', volume: 'site' }, 'nightly'],
    [{ kind: 'volume', volume: 'other' }, null],
  ])('a schedule of %j: %s', async (what, expected) => {
    mkdirSync(join(directory, 'schedules'));
    const settings = { version: 1, name: 'nightly', what, repository: 'nas', setAt: '2026-01-01T00:00:00Z' };
    const when = { kind: 'max-age', hours: 24 };
    writeFileSync(join(directory, 'schedules/nightly.json'), JSON.stringify({ ...settings, when }));
    expect((await facts())?.schedule).toBe(expected);
  });
});
