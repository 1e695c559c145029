// A process of its own: checker.ts FILE. It opens the record that another one left, tells all that does not hold, repeats
// the requests that may have been lost, and looks again. It answers with one JSON document.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { keptCheckpoints } from '#app/home/kept-checkpoints.ts';
import { servingGeneration } from '#ledger/projection/generations.ts';
import { type Row, type TableProjection, tableName } from '#ledger/projection/projection.ts';
import { verifyLedger } from '#ledger/verify/verify.ts';
import { openFaulty } from './faulty-record.ts';
import { blobsOf, type Findings, type Looked, requestsOf } from './plan.ts';

const findings = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Findings;
const { acknowledged, rounds } = findings;
const { clockGoesBack: _, kill: __, ...plan } = findings.plan;
const record = await openFaulty(plan, () => undefined);
const { ledger, database, signer } = record;
const problems: string[] = [];
const wrong = (what: string) => {
  if (problems.length < 20) problems.push(what);
};

const requests = rounds.flatMap((round) => requestsOf(round));
const byKey = new Map(requests.map((request) => [request.key ?? '', request]));
/** Of a request's further events. */
const keyOf = (key: string) => key.split('#')[0] ?? key;

async function checkEvents(): Promise<Map<string, number>> {
  const positions = new Map<string, number>();
  const versions = new Map<string, number>();
  let last = 0;
  for await (const event of ledger.read()) {
    const { position, stream, version, key, data, actor, type } = event;
    if (position !== last + 1) wrong(`${position} comes after ${last}`);
    last = position;
    if (version !== (versions.get(stream) ?? 0) + 1) wrong(`${stream} goes on with version ${version} at ${position}`);
    versions.set(stream, version);
    if (positions.has(key)) wrong(`${key} is recorded twice`);
    positions.set(key, position);
    const request = byKey.get(keyOf(key));
    if (request === undefined && position > 1) wrong(`nobody asked for ${key}`);
    const asked = request?.events[Number(key.split('#')[1] ?? 0)];
    const same = asked?.type === type && isDeepStrictEqual(asked.data, data) && request?.actor === actor;
    if (request !== undefined && !(same && request.stream === stream)) wrong(`${key} is not what was asked for`);
  }
  for (const [key, position] of Object.entries(acknowledged)) {
    if (positions.get(key) !== position) wrong(`${key} was acknowledged at ${position}, is at ${positions.get(key)}`);
  }
  // All events of a request, or none.
  for (const { key = '', events } of requests) {
    const first = positions.get(key);
    for (let index = 1; index < events.length; index += 1) {
      const expected = first === undefined ? undefined : first + index;
      if (positions.get(`${key}#${index}`) !== expected) wrong(`${key} is recorded in part`);
    }
  }
  return positions;
}

async function checkProof(size: number): Promise<void> {
  const copies = keptCheckpoints([plan.copies], signer.name);
  const seen = findings.checkpoints.map((note, at) => ({ name: `seen ${at}`, note }));
  const outside = [...seen, ...copies.checkpoints];
  const found = await verifyLedger(database, { key: signer.verifierKey, outside });
  for (const { kind, position, evidence } of found.tampering) wrong(`${kind} ${position}: ${evidence}`);
  if (found.size !== size) wrong(`verified ${found.size} of ${size} events`);
  if (found.anchors.length !== outside.length) wrong(`${found.anchors.length} of ${outside.length} anchors hold`);
  const integrity = await database.read((query) => sql<object>`pragma integrity_check`.execute(query));
  if (!isDeepStrictEqual(integrity.rows, [{ integrity_check: 'ok' }])) wrong(JSON.stringify(integrity.rows));
}

const sorted = (rows: readonly object[]) =>
  rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();

/** What the tables hold is what the events make, as far as they have come. */
async function checkTables(projection: TableProjection, atHead: number | undefined): Promise<boolean> {
  const found = await database.read(async (query) => {
    const serving = await servingGeneration(query, projection);
    if (serving === undefined) return undefined;
    const tables = new Map<string, readonly Row[]>();
    for (const name of Object.keys(projection.tables)) {
      const table = tableName(projection.id, serving.generation, name);
      tables.set(name, (await sql<Row>`select * from ${sql.table(table)}`.execute(query)).rows);
    }
    return { position: serving.position, tables };
  });
  if (found !== undefined && atHead !== undefined && found.position !== atHead)
    wrong(`${projection.id} is at ${found.position}, not ${atHead}`);
  if (found === undefined) return false;
  const expected = await ledger.rowsAt(projection, { position: found.position });
  for (const [name, rows] of expected) {
    if (!isDeepStrictEqual(sorted(found.tables.get(name) ?? []), sorted(rows))) {
      wrong(`${projection.id}.${name} is torn at ${found.position}`);
    }
  }
  return true;
}

/** No table without a generation that it belongs to. */
async function checkOrphans(): Promise<void> {
  const { names, known } = await database.read(async (query) => ({
    names: (
      await sql<{
        name: string;
      }>`select name from sqlite_schema where type = 'table' and name like 'p\\_%' escape '\\'`.execute(query)
    ).rows,
    known: await query.selectFrom('projections').select(['id', 'generation']).execute(),
  }));
  const prefixes = known.map(({ id, generation }) => tableName(id, generation, ''));
  for (const { name } of names) if (!prefixes.some((prefix) => name.startsWith(prefix))) wrong(`${name} is left over`);
}

async function checkBlobs(): Promise<void> {
  const wanted = new Set<string>();
  for await (const event of ledger.read()) for (const digest of record.catalogue.blobsOf(event)) wanted.add(digest);
  for await (const digest of record.blobs.list()) {
    await record.blobs.get(digest).catch((error: unknown) => wrong(`${digest}: ${error}`));
    wanted.delete(digest);
  }
  // A disk that failed below a blob is told, not repeated here.
  if (plan.onlyAppends !== true) for (const digest of wanted) wrong(`the blob ${digest} is missing`);
}

async function repeat(positions: ReadonlyMap<string, number>): Promise<void> {
  // As the program does it: blobs first.
  const { round, appenders, each } = plan;
  for (let at = 0; at < appenders * Math.ceil(each / 4) && plan.onlyAppends !== true; at += 1)
    for (const blob of blobsOf(round, at % appenders, 4 * Math.floor(at / appenders))) await record.blobs.put(blob);
  const results = await Promise.all(requests.map((request) => ledger.append(request)));
  for (const [at, result] of results.entries()) {
    const key = requests[at]?.key ?? '';
    const before = positions.get(key);
    const position = result.kind === 'appended' ? result.position : undefined;
    if (before !== undefined && !(result.kind === 'appended' && result.repeated && position === before))
      wrong(`${key} was repeated as ${JSON.stringify(result)}`);
    if (before === undefined && !(result.kind === 'appended' && !result.repeated)) wrong(`${key} was not recorded`);
  }
}

const before = await checkEvents();
await checkProof(before.size);
await checkTables(record.atOnce, before.size);
for (const projection of record.lookedAt) await checkTables(projection, undefined);
await checkOrphans();
await checkBlobs();
await repeat(before);
const after = await checkEvents();
if (after.size !== 1 + requests.reduce((sum, { events }) => sum + events.length, 0))
  wrong(`${after.size} events at the end`);
await checkProof(after.size);
for (const projection of record.lookedAt) await ledger.look(projection, async () => undefined);
for (const projection of [record.atOnce, ...record.lookedAt]) {
  if (!(await checkTables(projection, after.size))) wrong(`${projection.id} is not there`);
}
await checkOrphans();
await database.close();
const looked: Looked = { problems, before: before.size, after: after.size, positions: Object.fromEntries(after) };
process.stdout.write(`${JSON.stringify(looked)}\n`);
