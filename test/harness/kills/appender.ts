// A process of its own: appender.ts PLAN (JSON). It appends from concurrent callers, puts blobs, looks, rebuilds and
// copies checkpoints at the same time, tells every step in a line at once, and dies where the plan says:
// `ready`, `ack KEY POSITION`, `failed KEY CODE`, `checkpoint BASE64`, `killing PHASE`, `done`.
import { copyCheckpoint } from '#app/home/copy-checkpoint.ts';
import { HoldfastError } from '#core/errors.ts';
import { latestCheckpoint } from '#ledger/store/checkpoints.ts';
import { killer, listenAtFiles, openFaulty, tell } from './faulty-record.ts';
import { blobsOf, type Plan, requestOf } from './plan.ts';

const plan = JSON.parse(process.argv[2] ?? '{}') as Plan;
const reached = killer(plan.kill);
listenAtFiles(reached);
const record = await openFaulty(plan, reached);
const { ledger, blobs, database, lookedAt, now } = record;
const only = plan.onlyAppends === true;
let working = plan.appenders;

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, 50);
  reached('blob-writing');
  yield bytes.subarray(50);
}

const codeOf = (error: unknown) => (error instanceof HoldfastError ? error.code : String(error).replaceAll('\n', ' '));

async function append(appender: number): Promise<void> {
  let hasBlobs = only;
  for (let index = 0; index < plan.each; index += 1) {
    const request = requestOf(plan, appender, index);
    if (index % 4 === 0) hasBlobs = only;
    try {
      for (const blob of hasBlobs ? [] : blobsOf(plan.round, appender, index)) await blobs.put(inPieces(blob));
      hasBlobs = true;
      const result = await ledger.append(request);
      if (result.kind === 'conflict') throw new Error('nobody expected a version');
      reached('acknowledging');
      tell(`ack ${request.key} ${result.position}`);
    } catch (error) {
      tell(`failed ${request.key} ${codeOf(error)}`);
    }
  }
  working -= 1;
}

async function look(): Promise<void> {
  for (let times = 1; working > 0; times += 1) {
    try {
      for (const projection of lookedAt) await ledger.look(projection, async () => undefined);
      if (times % 3 === 0) await record.rebuild();
    } catch (error) {
      tell(`failed look ${codeOf(error)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function copy(): Promise<void> {
  while (working > 0) {
    const latest = await database.read(latestCheckpoint).catch((error: unknown) => {
      tell(`failed copy ${codeOf(error)}`);
      return undefined;
    });
    if (latest !== undefined) {
      tell(`checkpoint ${Buffer.from(latest.note).toString('base64')}`);
      const problems = await copyCheckpoint(latest.note, [plan.copies], {}, now());
      for (const { code } of problems) tell(`failed copy ${code}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

tell('ready');
const callers = Array.from({ length: plan.appenders }, (_, appender) => append(appender));
await Promise.all(only ? callers : [...callers, look(), copy()]);
await database.close();
tell('done');
