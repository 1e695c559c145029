import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerificationReport } from '#api/verification-report.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import { HoldfastError } from '#core/errors.ts';
import { parseVerifierKey } from '#ledger/note/keys.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { verifyLedger } from '#ledger/verify/verify.ts';
import { expectDecent, expectRefused, refusalOf } from '../harness/expect-ran.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { histogram, killOften, type Phase } from '../harness/kills/kill-often.ts';
import type { Plan } from '../harness/kills/plan.ts';
import { type Rounds, readAppender, startRounds, withRound } from '../harness/kills/rounds.ts';
import { seeded } from '../harness/kills/seeded.ts';
import { needs } from '../harness/skip.ts';

let rounds: Rounds;
let bench: Bench;
beforeAll(async () => {
  rounds = await startRounds();
  bench = startBench();
});
afterAll(() => {
  rounds?.remove();
  bench?.remove();
});

/** All columns as they are stored, in hexadecimal: text that is no UTF-8 ends a process that reads it. */
const EVERYTHING = sql.raw(
  ['position', 'stream', 'version', 'type', 'schema_version', 'actor', 'at', 'idempotency_key', 'leaf', 'leaf_hash']
    .map((column) => `typeof(${column}) || hex(${column}) as ${column}`)
    .join(),
);

const few = { appenders: 4, each: 3, onlyAppends: true } as const;

/** What `holdfast ledger verify` says: its exit code, and each tampering by kind and place. */
async function verified(home: string, ...args: readonly string[]) {
  const ran = await bench.run(['ledger', 'verify', '--quiet', '--format', 'json', ...args], {
    environment: { HOLDFAST_HOME: home },
  });
  expectDecent(ran);
  if (ran.stdout === '') return { code: ran.code, found: [refusalOf(ran)], report: undefined };
  const report = JSON.parse(ran.stdout) as VerificationReport;
  const found = report.tampering.map(
    ({ kind, position, upTo }) => `${kind} ${position}${upTo === undefined ? '' : `-${upTo}`}`,
  );
  return { code: ran.code, found, report };
}

/** The newest checkpoint in a file, as it is carried away. */
async function checkpointOf(home: string, name: string): Promise<string> {
  const file = join(rounds.directory, name);
  const ran = await bench.run(['ledger', 'checkpoint', '--out', file], { environment: { HOLDFAST_HOME: home } });
  expect(ran).toMatchObject({ code: 0 });
  return file;
}

/** A home with events of one round, its database closed. */
async function grownHome(plan: Partial<Plan> = {}) {
  const place = await rounds.freshHome();
  const whole: Plan = { ...place, round: 0, ...few, ...plan };
  const ended = await rounds.append(whole);
  expect(ended).toMatchObject({ done: true, failed: {} });
  return { plan: whole, ended };
}

describe('the record, its 16 writers killed at any moment', () => {
  it('loses nothing that was acknowledged, doubles nothing and tears nothing', async () => {
    const phases: Phase[] = [
      ...(['begun', 'inserted', 'projected', 'signed', 'committed', 'acknowledging'] as const),
      ...(['catching-up', 'blob-renamed', 'copy-writing', 'outside'] as const),
    ];
    const hit = await killOften(rounds, { kills: phases.length, phases, seed: 7, each: 4, roundsOfAHome: 5 });
    process.stdout.write(histogram(hit));
    expect([...hit.values()]).toEqual(phases.map(() => 1));
  });
});

describe('two processes that append to one record', () => {
  it('give each request one place, also when both were asked for the same', async () => {
    const place = await rounds.freshHome();
    const plan: Plan = { ...place, round: 0, appenders: 16, each: 4 };
    const [one, two] = await Promise.all([rounds.append(plan), rounds.append(plan)]);
    expect([one, two]).toMatchObject([
      { done: true, failed: {} },
      { done: true, failed: {} },
    ]);
    expect(Object.keys(one.acknowledged)).toHaveLength(64);
    expect(two.acknowledged).toEqual(one.acknowledged);
    expect((await rounds.look(withRound(undefined, plan, one))).problems).toEqual([]);
  });

  it('do not harm each other when one is killed', async () => {
    const place = await rounds.freshHome();
    const dying: Plan = { ...place, round: 0, appenders: 16, each: 4, kill: { phase: 'signed', nth: 2 } };
    const living: Plan = { ...place, round: 1, appenders: 16, each: 4 };
    const [one, two] = await Promise.all([rounds.append(dying), rounds.append(living)]);
    expect([one, two]).toMatchObject([
      { killedAtWork: true, phase: 'signed' },
      { done: true, failed: {} },
    ]);
    const history = withRound(withRound(undefined, living, two), dying, one);
    expect((await rounds.look(history)).problems).toEqual([]);
  });
});

describe('a clock that goes backwards', () => {
  it('changes neither order nor proof, and is told', async () => {
    const { plan, ended } = await grownHome({ clockGoesBack: true, onlyAppends: false });
    const { code, report } = await verified(plan.home);
    expect([code, report?.outcome]).toEqual([0, 'whole']);
    expect(report?.clockSteps.length).toBeGreaterThan(0);
    expect((await rounds.look(withRound(undefined, plan, ended))).problems).toEqual([]);
  });
});

needs('strace')('a disk that fails', () => {
  const failing = (home: string, inject: string, ...files: readonly string[]) => {
    const paths = files.flatMap((file) => ['-P', join(home, file)]);
    const call = inject.split(':')[0];
    return ['strace', '-f', '-qq', '-o', '/dev/null', ...paths, '-e', `trace=${call}`, '-e', `inject=${inject}`];
  };

  it.each([
    ['once, as it keeps what was written', 'fsync,fdatasync:error=EIO:when=2', 'ledger.db-wal', 'DATABASE_IO', 4],
    ['always, as it keeps what was written', 'fsync,fdatasync:error=EIO', 'ledger.db-wal', 'DATABASE_IO', 12],
    ['once, as it is written to', 'pwrite64:error=EIO:when=3', 'ledger.db-wal', 'DATABASE_IO', 4],
    ['always, as it is written to', 'pwrite64:error=EIO', 'ledger.db-wal', 'DATABASE_IO', 12],
    ['once, for want of room', 'pwrite64:error=ENOSPC:when=3', 'ledger.db-wal', 'DATABASE_FULL', 4],
    ['always, for want of room', 'pwrite64:error=ENOSPC', 'ledger.db-wal', 'DATABASE_FULL', 12],
    ['behind the commits', 'pwrite64:error=EIO', 'ledger.db', '', 0],
    ['behind the commits, for want of room', 'pwrite64:error=ENOSPC', 'ledger.db', '', 0],
  ])('%s', async (_, inject, file, code, failures) => {
    const plan: Plan = { ...(await rounds.freshHome()), round: 0, ...few };
    const ended = await rounds.append(plan, { through: failing(plan.home, inject, file) });
    expect(ended.done).toBe(true);
    expect(Object.values(ended.failed)).toEqual(Array(failures).fill(code));
    expect(Object.keys(ended.acknowledged)).toHaveLength(12 - failures);
    const { problems, after } = await rounds.look(withRound(undefined, plan, ended));
    expect([problems, after]).toEqual([[], 13]);
  });

  it('here and there, also under blobs, read models and copies', async () => {
    const plan: Plan = { ...(await rounds.freshHome()), round: 0, appenders: 16, each: 4 };
    const ended = await rounds.append(plan, { through: failing(plan.home, 'fsync,fdatasync:error=EIO:when=3+7') });
    expect(ended.done).toBe(true);
    const codes = new Set(Object.values(ended.failed));
    expect(codes).toContain('FILE_NOT_WRITTEN');
    expect(codes).toContain('DATABASE_IO');
    expect(codes.size).toBe(2);
    expect((await rounds.look(withRound(undefined, plan, ended))).problems).toEqual([]);
  });
});

needs(
  'engine',
  'unshare',
  'mount',
)('a disk that is full', () => {
  it('fails appends by a code, and is whole at the next start, before there is room and after', async () => {
    const { plan } = await grownHome();
    const small = join(rounds.directory, 'small');
    mkdirSync(small);
    const home = join(small, 'home');
    const filling: Plan = { ...plan, home, appenders: 4, each: 40, round: 1, fillBytes: 30_000 };
    const again: Plan = { ...filling, each: 2, round: 2 };
    // In a mount namespace of its own, which ends with the shell.
    const script = `set -e; mount -t tmpfs -o size=4m tmpfs "$SMALL"; cp -r "$SOURCE" "$SMALL/home"
      head -c 1500000 /dev/zero >"$SMALL/ballast"; "$@" "$FILLING"; echo full
      cat /dev/zero >"$SMALL/rest" 2>/dev/null || true; "$@" "$AGAIN"; echo room
      rm "$SMALL/ballast" "$SMALL/rest"; "$@" "$AGAIN"; cp -r "$SMALL/home" "$SOURCE.after"`;
    const printed = await rounds.output(
      ['unshare', '--mount', 'sh', '-c', script, 'sh', process.execPath, rounds.appender],
      {
        SMALL: small,
        SOURCE: plan.home,
        FILLING: JSON.stringify(filling),
        AGAIN: JSON.stringify(again),
      },
    );
    const [first = '', rest = ''] = printed.split('full\n');
    const [second = '', third = ''] = rest.split('room\n');
    const [filled, none, after] = [first, second, third].map(readAppender);
    expect(Object.keys(filled?.acknowledged ?? {}).length).toBeGreaterThan(0);
    expect(new Set(Object.values(filled?.failed ?? {}))).toEqual(new Set(['DATABASE_FULL']));
    expect([none?.acknowledged, Object.values(none?.failed ?? {})]).toEqual([{}, Array(8).fill('DATABASE_FULL')]);
    expect([Object.keys(after?.acknowledged ?? {}).length, after?.failed]).toEqual([8, {}]);
    const left = { ...again, home: `${plan.home}.after` };
    const acknowledged = { ...filled?.acknowledged, ...after?.acknowledged };
    const looked = await rounds.look({ plans: [plan, filling, left], acknowledged, checkpoints: [] });
    expect(looked.problems).toEqual([]);
  });
});

describe('a record whose files were meddled with', () => {
  it('an old database copied back is caught by a checkpoint, and so is what is recorded on top of it', async () => {
    const { plan } = await grownHome();
    const old = join(rounds.directory, 'old.db');
    cpSync(join(plan.home, 'ledger.db'), old);
    await rounds.append({ ...plan, round: 1 });
    const outside = await checkpointOf(plan.home, 'before.checkpoint');
    expect(await verified(plan.home, '--checkpoint', outside)).toMatchObject({ code: 0, report: { anchored: 25 } });
    rmSync(join(plan.home, 'ledger.db'));
    cpSync(old, join(plan.home, 'ledger.db'));
    expect(await verified(plan.home)).toMatchObject({ code: 0, report: { size: 13, anchored: 0 } });
    expect(await verified(plan.home, '--checkpoint', outside)).toMatchObject({ code: 3, found: ['rolled-back 14-25'] });
    await rounds.append({ ...plan, round: 2 });
    const forked = await verified(plan.home, '--checkpoint', outside);
    expect(forked).toMatchObject({ code: 3, found: [expect.stringMatching(/^edited \d+-25$/)] });
    await rounds.append({ ...plan, round: 3 });
    expect(await verified(plan.home, '--checkpoint', outside)).toMatchObject({ code: 3, found: forked.found });
  });

  it('the log of what was committed last, thrown away after a crash', async () => {
    const { plan } = await grownHome();
    const killed = await rounds.append({ ...plan, round: 1, kill: { phase: 'acknowledging', nth: 12 } });
    expect(killed).toMatchObject({ killedAtWork: true });
    const crashed = `${plan.home}.crashed`;
    cpSync(plan.home, crashed, { recursive: true });
    const outside = await checkpointOf(plan.home, 'crashed.checkpoint');
    expect(existsSync(join(crashed, 'ledger.db-wal'))).toBe(true);
    for (const name of ['ledger.db-wal', 'ledger.db-shm']) rmSync(join(crashed, name));
    expect(await verified(crashed, '--checkpoint', outside)).toMatchObject({ code: 3, found: ['rolled-back 14-25'] });
  });

  it('the key exchanged for another home’s', async () => {
    const { plan } = await grownHome();
    const { plan: other } = await grownHome();
    const own = readFileSync(join(plan.home, 'keys/ledger.pub'), 'utf8').trim();
    const outside = await checkpointOf(plan.home, 'own.checkpoint');
    const foreign = await checkpointOf(other.home, 'foreign.checkpoint');
    expect(await verified(plan.home, '--checkpoint', foreign)).toMatchObject({ code: 3, found: ['wrong-key 1'] });
    renameSync(join(plan.home, 'keys'), join(plan.home, 'keys.own'));
    cpSync(join(other.home, 'keys'), join(plan.home, 'keys'), { recursive: true });
    expect(await verified(plan.home)).toMatchObject({ code: 3, found: [expect.stringMatching(/^wrong-key 1?\d/)] });
    expect(await verified(plan.home, '--key', own)).toMatchObject({ code: 0 });
    const environment = { HOLDFAST_HOME: plan.home };
    expectRefused(await bench.run(['init'], { environment }), 'HOME_KEY_FOREIGN');
    rmSync(join(plan.home, 'keys'), { recursive: true });
    expect((await verified(plan.home)).code).not.toBe(0);
    renameSync(join(plan.home, 'keys.own'), join(plan.home, 'keys'));
    expect(await verified(plan.home, '--checkpoint', outside)).toMatchObject({ code: 0, report: { anchored: 13 } });
    // The other home's whole record under this home's key.
    for (const name of readdirSync(plan.home).filter((file) => file.startsWith('ledger.db')))
      rmSync(join(plan.home, name));
    cpSync(join(other.home, 'ledger.db'), join(plan.home, 'ledger.db'));
    const exchanged = await verified(plan.home, '--checkpoint', outside);
    expect([exchanged.code, exchanged.found[0]]).toEqual([3, expect.stringMatching(/^wrong-key/)]);
  });

  it('checkpoints forged: none of them anchors anything', async () => {
    const { plan } = await grownHome();
    const good = readFileSync(await checkpointOf(plan.home, 'good.checkpoint'), 'utf8');
    const [origin = '', , root = ''] = good.split('\n');
    const forgeries = {
      size: good.replace('\n13\n', '\n12\n'),
      root: good.replace(root, Buffer.alloc(32).toString('base64')),
      origin: good.replaceAll(origin, 'holdfast/other'),
      signature: good.replace(/[A-Za-z0-9+/]{4}(?==*\n$)/, 'AAAA'),
      unsigned: good.slice(0, good.indexOf('\n\n') + 1),
      cut: good.slice(0, -20),
      doubled: good + good,
      empty: '',
      garbage: '\0'.repeat(70_000),
    };
    for (const [name, note] of Object.entries(forgeries)) {
      const file = join(rounds.directory, `${name}.forged`);
      writeFileSync(file, note);
      const { code, found, report } = await verified(plan.home, '--checkpoint', file);
      expect([name, code, found, report?.anchored]).toEqual([name, 3, ['wrong-key 1'], 0]);
    }
    expect(await verified(plan.home, '--checkpoint', join(rounds.directory, 'none'))).toMatchObject({ code: 2 });
  });

  it('bytes changed in the database’s pages: damaged or named, never whole when an event is another', async () => {
    const { plan } = await grownHome({ appenders: 16, each: 4, onlyAppends: false });
    const file = join(plan.home, 'ledger.db');
    const key = parseVerifierKey(readFileSync(join(plan.home, 'keys/ledger.pub'), 'utf8').trim());
    const bytes = readFileSync(file);
    const copy = join(rounds.directory, 'flipped.db');
    /** All that is recorded, and what verify says of it. */
    const look = async () => {
      rmSync(`${copy}-wal`, { force: true });
      rmSync(`${copy}-shm`, { force: true });
      const database = await openSqlite<LedgerTables>(copy, { readonly: true });
      try {
        const found = await verifyLedger(database, { key, outside: [] });
        const { rows } = await database.read((query) => sql<object>`select ${EVERYTHING} from events`.execute(query));
        return { tampering: found.tampering.length, rows: JSON.stringify(rows) };
      } finally {
        await database.close();
      }
    };
    writeFileSync(copy, bytes);
    const whole = await look();
    expect(whole.tampering).toBe(0);
    const random = seeded(3);
    const verdicts = { damaged: 0, named: 0, 'nothing recorded was hit': 0 };
    for (let flip = 0; flip < 200; flip += 1) {
      const changed = Buffer.from(bytes);
      // The first one takes what makes it a database.
      const at = flip === 0 ? 0 : Math.floor(random() * bytes.length);
      const other = (changed[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      changed[at] = other;
      writeFileSync(copy, changed);
      try {
        const now = await look();
        if (now.tampering > 0) verdicts.named += 1;
        else {
          expect([at, other, now.rows === whole.rows]).toEqual([at, other, true]);
          verdicts['nothing recorded was hit'] += 1;
        }
      } catch (error) {
        if (!(error instanceof HoldfastError)) throw error;
        expect(error.code).toMatch(/^(DATABASE_|LEDGER_)/);
        verdicts.damaged += 1;
      }
    }
    process.stdout.write(`200 bits changed: ${JSON.stringify(verdicts)}\n`);
    expect(Object.values(verdicts).every((count) => count > 0)).toBe(true);
  });

  it('a database cut short', async () => {
    const { plan } = await grownHome({ appenders: 16, each: 4 });
    const file = join(plan.home, 'ledger.db');
    const bytes = readFileSync(file);
    for (const share of [0, 0.001, 0.3, 0.6, 0.9, 0.999]) {
      writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length * share)));
      const { code, found } = await verified(plan.home);
      expect([share, code === 0 ? found : 'not whole']).toEqual([share, 'not whole']);
    }
  });
});
