import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RepositoryAccess } from '#volume/engines/engine.ts';
import { type S3Stub, startS3Stub } from '../fakes/s3-server.ts';
import { type ResticPlace, resticPlace } from '../harness/restic-place.ts';
import { resticProcess } from '../harness/restic-processes.ts';
import { type SftpServer, startSftpServer } from '../harness/sftp-server.ts';
import { needs } from '../harness/skip.ts';
import { type StartedServer, startServer } from '../harness/started-server.ts';

let place: ResticPlace;
beforeEach(() => {
  place = resticPlace();
  place.file('data/a', randomBytes(300_000));
});
afterEach(() => place.remove());

/** Everything once: made, stored, listed, restored, checked, forgotten. */
async function roundTrip(access: Partial<RepositoryAccess>): Promise<void> {
  const engine = place.engine(access);
  await engine.init();
  const done = await engine.backup({ paths: [place.path('data')], ...place.labels });
  const target = place.path('target');
  await engine.restore({ snapshot: done.id, target, verify: true });
  execFileSync('cmp', [place.path('data/a'), join(target, place.path('data/a'))]);
  expect(await engine.check({ part: 1, of: 1 })).toEqual({ kind: 'whole' });
  await engine.forget([done.id]);
  await engine.prune();
  expect(await engine.snapshots()).toEqual([]);
}

needs(
  'restic',
  'sshd',
  'ssh-keygen',
)('a repository behind sftp (Debian’s openssh-server)', () => {
  let server: SftpServer;
  beforeEach(async () => {
    server = await startSftpServer(place.path('ssh'));
  });
  afterEach(() => server.stop());

  it('is made, written, restored and checked', async () => {
    await roundTrip({ location: `sftp:${server.user}@127.0.0.1:${place.path('there')}`, options: [server.option] });
  });

  it('tells a key that is not let in, a host that is not known and a server that is gone apart', async () => {
    const location = `sftp:${server.user}@127.0.0.1:${place.path('there')}`;
    const identity = (options: readonly string[]) => place.engine({ location, options }).identity();
    await expect(identity([server.strangerOption])).rejects.toMatchObject({ code: 'RESTIC_CREDENTIALS_REFUSED' });
    const unknown = server.option.replace(/UserKnownHostsFile=\S+/, 'UserKnownHostsFile=/dev/null');
    await expect(identity([unknown])).rejects.toMatchObject({ code: 'RESTIC_HOST_KEY' });
    const late = "sftp.command=sh -c 'exec >&-; sleep 0.3; echo Host key verification failed. >&2'";
    await expect(identity([late])).rejects.toMatchObject({ code: 'RESTIC_HOST_KEY' });
    await expect(identity([server.option])).rejects.toMatchObject({ code: 'RESTIC_REPOSITORY_MISSING' });
    await server.stop();
    await expect(identity([server.option])).rejects.toMatchObject({ code: 'RESTIC_UNREACHABLE' });
  });
});

needs('restic', 'rclone')('a repository behind restic’s REST protocol (rclone serve restic)', () => {
  const credentials = { kind: 'rest', user: 'holdfast', password: 'pass/word:@%1' } as const;
  let server: StartedServer;
  const serve = (...flags: readonly string[]) =>
    startServer('rclone', (port) => ['serve', 'restic', '--addr', `127.0.0.1:${port}`, ...flags, place.path('there')], {
      HOME: place.path('home'),
      RCLONE_USER: credentials.user,
      RCLONE_PASS: credentials.password,
    });
  const location = () => `rest:http://127.0.0.1:${server.port}/`;
  afterEach(() => server.stop());

  it('is made, written, restored and checked, with a login that no process list and no environment shows', async () => {
    server = await serve();
    const round = roundTrip({ location: location(), credentials });
    for (const command of ['init', 'backup', 'restore']) {
      const { args, environment } = await resticProcess(place.path('work'), command);
      for (const secret of [credentials.password, encodeURIComponent(credentials.password), 'the-secret-of-the']) {
        expect(`${args} ${environment}`).not.toContain(secret);
      }
    }
    await round;
  });

  it('refuses a wrong login with a code of its own, and shows no secret', async () => {
    server = await serve();
    const wrong = { ...credentials, password: 'never-seen-by-anybody' };
    const failed = await place
      .engine({ location: location(), credentials: wrong })
      .identity()
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'RESTIC_CREDENTIALS_REFUSED' });
    expect(JSON.stringify(failed) + String(failed)).not.toContain('never-seen');
  });

  it('says so when an append-only server forgets nothing, whatever restic says', async () => {
    server = await serve('--append-only');
    const engine = place.engine({ location: location(), credentials });
    await engine.init();
    const done = await engine.backup({ paths: [place.path('data')], ...place.labels });
    await expect(engine.forget([done.id])).rejects.toMatchObject({ code: 'RESTIC_FORGET_REFUSED' });
    expect(await engine.snapshots()).toMatchObject([{ id: done.id }]);
    const old = await engine.keys.current(place.access.passwordFile);
    const passwordFile = place.file('second', 'second password\n');
    await engine.keys.add(passwordFile);
    await expect(engine.keys.remove(old, passwordFile)).rejects.toMatchObject({
      code: expect.stringMatching(/^RESTIC_(?:FORGET_REFUSED|CREDENTIALS_REFUSED|FAILED)$/),
    });
  });
});

needs('restic')('a repository in S3 (a stub that checks signatures)', () => {
  const credentials = { kind: 's3', keyId: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI-EXAMPLE-KEY' } as const;
  let stub: S3Stub;
  const access = () => ({ location: `s3:http://127.0.0.1:${stub.port}/bucket/host`, credentials });
  beforeEach(async () => {
    stub = await startS3Stub(credentials.keyId, credentials.secret);
  });
  afterEach(() => stub.stop());

  it('is made, written, restored and checked, with a key that no process list and no environment shows', async () => {
    const round = roundTrip(access());
    const { args, environment } = await resticProcess(place.path('work'), 'backup');
    expect(`${args} ${environment}`).not.toContain(credentials.secret);
    const file = /AWS_SHARED_CREDENTIALS_FILE=([^\0]+)/.exec(environment)?.[1] ?? '';
    expect(readFileSync(file, 'utf8')).toContain(credentials.secret);
    await round;
  });

  it('tells wrong and expired credentials and a missing repository apart, and does not storm', async () => {
    const engine = place.engine(access());
    await expect(engine.identity()).rejects.toMatchObject({ code: 'RESTIC_REPOSITORY_MISSING' });
    const stranger = { ...credentials, keyId: 'SOMEBODYELSE' };
    await expect(place.engine({ ...access(), credentials: stranger }).identity()).rejects.toMatchObject({
      code: 'RESTIC_CREDENTIALS_REFUSED',
    });
    const wrong = { ...credentials, secret: 'of somebody else' };
    await expect(place.engine({ ...access(), credentials: wrong }).identity()).rejects.toMatchObject({
      code: 'RESTIC_CREDENTIALS_REFUSED',
    });
    await engine.init();
    stub.answerWith({ status: 400, code: 'ExpiredToken' });
    const before = stub.requests();
    await expect(engine.backup({ paths: [place.path('data')], ...place.labels })).rejects.toMatchObject({
      code: 'RESTIC_CREDENTIALS_EXPIRED',
    });
    // Three attempts of restic, each with those of its S3 client; without an end it would be a quarter of an hour.
    expect(stub.requests() - before).toBeLessThan(60);
  });
});
