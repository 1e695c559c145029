import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notificationPayloadSchema } from '#api/notification-payload.ts';
import {
  notifyTargetAddedSchema,
  notifyTargetListSchema,
  notifyTargetRemovedSchema,
  notifyTestedSchema,
} from '#api/notify-report.ts';
import { createHttpClient } from '#base/http/client.ts';
import { makeNotification } from '#notify/notification.ts';
import { notifierOf } from '#notify/notifiers/list.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { type Certificates, makeCertificates } from '../harness/private-authority.ts';
import { needs } from '../harness/skip.ts';
import { SMTP_RECEIVER, type SmtpReceiver, startSmtpReceiver } from '../harness/smtp-receiver.ts';

const LOGIN = { user: 'holdfast', password: 'never shown to anybody' };

let bench: Bench;
let certificates: Certificates;
let trusting: Record<string, string>;
const secret = (name: string, text: string) => {
  writeFileSync(bench.path(name), `${text}\n`, { mode: 0o600 });
  return bench.path(name);
};
const run = (args: readonly string[], environment = trusting) => bench.run(['notify', ...args], { environment });
const ok = async (...args: readonly string[]) => {
  const ran = await run([...args, '--format', 'json']);
  expect(ran, ran.stderr + ran.stdout).toMatchObject({ code: 0 });
  return JSON.parse(ran.stdout);
};

needs('openssl')('holdfast notify', () => {
  beforeAll(async () => {
    bench = startBench();
    certificates = makeCertificates(bench.path('certificates'));
    trusting = { HOLDFAST_HOME: bench.path('holdfast'), SSL_CERT_FILE: certificates.authority };
    expect((await bench.run(['init'], { environment: trusting })).code).toBe(0);
  });
  afterAll(() => bench.remove());

  describe('a webhook, over TLS of a private authority', () => {
    const got: { headers: Record<string, unknown>; body: string }[] = [];
    let server: Server;
    let url: string;

    beforeAll(async () => {
      const [key, cert] = [readFileSync(certificates.key), readFileSync(certificates.certificate)];
      server = createServer({ key, cert }, (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          got.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
          response.writeHead(request.url === '/moved' ? 302 : 200, { location: url }).end();
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `https://localhost:${(server.address() as AddressInfo).port}/hook/SECRETPATH`;
    });
    afterAll(() => void server.close());

    it('is added, tested, listed and removed; what it says can be checked with openssl alone', async () => {
      const added = await ok(
        ...['add', 'ops', '--kind', 'webhook', '--url-file', secret('url', url)],
        ...['--secret-file', bench.path('hook.secret'), '--subject', 'volume:*', '--on', 'failed,silent'],
      );
      expect(notifyTargetAddedSchema.parse(added)).toMatchObject({
        kinds: ['failed', 'silent'],
        subjects: ['volume:*'],
      });
      for (const file of ['hook.secret', 'holdfast/keys/notify/ops.json', 'holdfast/notify/ops.json']) {
        expect(statSync(bench.path(file)).mode & 0o777).toBe(0o600);
      }
      const tested = notifyTestedSchema.parse(await ok('test', 'ops'));
      const [{ headers, body } = { headers: {}, body: '' }] = got;
      expect(tested).toMatchObject({ outcome: 'sent', id: headers['webhook-id'] });
      expect(notificationPayloadSchema.parse(JSON.parse(body))).toMatchObject({ type: 'holdfast.test' });
      const key = Buffer.from(readFileSync(bench.path('hook.secret'), 'utf8').trim().slice('whsec_'.length), 'base64');
      const signature = execFileSync(
        'openssl',
        ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${key.toString('hex')}`, '-binary'],
        { input: `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}` },
      );
      expect(headers['webhook-signature']).toBe(`v1,${signature.toString('base64')}`);

      const list = notifyTargetListSchema.parse(await ok('ls'));
      expect(list.targets).toMatchObject([{ name: 'ops', last: { outcome: 'sent' }, waiting: 0 }]);
      const log = await bench.run(['log', '--format', 'json'], { environment: trusting });
      expect(log.stdout).toContain('notification.sent');
      for (const text of [log.stdout, JSON.stringify([added, tested, list])]) {
        expect(text).not.toContain('SECRETPATH');
        expect(text).not.toContain('whsec_');
      }
      expect(notifyTargetRemovedSchema.parse(await ok('rm', 'ops'))).toEqual({ name: 'ops', removed: true });
      expect(notifyTargetListSchema.parse(await ok('ls')).targets).toEqual([]);
    });

    it('is not told where its authority is not trusted, nor where it sends elsewhere', async () => {
      const files = ['--secret-file', bench.path('other.secret')];
      await ok('add', 'a', '--kind', 'webhook', '--url-file', secret('a', url), ...files);
      await ok('add', 'b', '--kind', 'webhook', '--url-file', secret('b', new URL('/moved', url).href), ...files);
      const before = got.length;
      const untrusted = await run(['test', 'a'], { HOLDFAST_HOME: bench.path('holdfast') });
      expect(untrusted).toMatchObject({ code: 1, stdout: expect.stringContaining('SSL_CERT_FILE') });
      expect(got).toHaveLength(before);
      expect(await run(['test', 'b'])).toMatchObject({ code: 1, stdout: expect.stringContaining('answers 302') });
      expect(got).toHaveLength(before + 1);
      expect((await bench.run(['log'], { environment: trusting })).stdout).toContain('notification.fail');
    });

    it('is refused with 2 and a word on what is missing', async () => {
      const none = await run(['add', 'c', '--kind', 'webhook', '--secret-file', bench.path('c.secret')]);
      expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('--url-file') });
      const plain = secret('plain.url', 'http://hooks.example/SECRETPATH');
      const open = await run(['add', 'c', '--kind', 'chat', '--flavour', 'slack', '--url-file', plain]);
      expect(open).toMatchObject({ code: 2, stderr: expect.not.stringContaining('SECRETPATH') });
      expect(await run(['test', 'nobody'])).toMatchObject({ code: 2 });
    });
  });

  needs(SMTP_RECEIVER)('mail, to a real server', () => {
    const started: SmtpReceiver[] = [];
    const start = async (name: string, options: Omit<Parameters<typeof startSmtpReceiver>[1], 'certificates'>) => {
      const receiver = await startSmtpReceiver(bench.path(name), { ...options, certificates });
      started.push(receiver);
      return receiver;
    };
    afterAll(() => Promise.all(started.map((receiver) => receiver.stop())));
    const addresses = ['--from', 'holdfast@host1.example', '--to', 'ops@example.org', '--to', 'more@example.org'];
    const server = ({ port }: SmtpReceiver) => ['--kind', 'email', '--smtp', `localhost:${port}`, ...addresses];

    it('goes over STARTTLS with a login', async () => {
      const receiver = await start('starttls', { tls: 'starttls', login: LOGIN });
      const login = ['--user', LOGIN.user, '--password-file', secret('password', LOGIN.password)];
      const added = await run(['add', 'mail', ...server(receiver), ...login]);
      expect(added, added.stderr).toMatchObject({ code: 0 });
      expect(notifyTestedSchema.parse(await ok('test', 'mail'))).toMatchObject({ outcome: 'sent' });
      const [mail, ...more] = receiver.mails();
      expect(more).toEqual([]);
      expect(mail).toMatchObject({
        ...{ from: 'holdfast@host1.example', to: ['ops@example.org', 'more@example.org'], tls: true, login: true },
        text: expect.stringContaining('This is a test'),
      });
      const log = await bench.run(['log', '--format', 'json'], { environment: trusting });
      expect(log.stdout + added.stdout).not.toContain(LOGIN.password);

      const wrong = ['--user', LOGIN.user, '--password-file', secret('wrong', 'something else')];
      expect((await run(['add', 'wrong', ...server(receiver), ...wrong])).code).toBe(0);
      expect(await run(['test', 'wrong'])).toMatchObject({ code: 1, stdout: expect.stringContaining('login') });
      const untrusted = await run(['test', 'mail'], { HOLDFAST_HOME: bench.path('holdfast') });
      expect(untrusted).toMatchObject({ code: 1, stdout: expect.stringContaining('trusted') });
      expect(receiver.mails()).toHaveLength(1);
    });

    it('goes over TLS from the start, and not at all where there is none', async () => {
      const implicit = await start('implicit', { tls: 'implicit' });
      expect((await run(['add', 'implicit', ...server(implicit), '--tls', 'implicit'])).code).toBe(0);
      expect(notifyTestedSchema.parse(await ok('test', 'implicit'))).toMatchObject({ outcome: 'sent' });
      expect(implicit.mails()).toMatchObject([{ tls: true }]);

      const plain = await start('plain', { tls: 'none', refuse: ['more@example.org'] });
      expect((await run(['add', 'stripped', ...server(plain)])).code).toBe(0);
      expect(await run(['test', 'stripped'])).toMatchObject({ code: 1, stdout: expect.stringContaining('encrypted') });
      expect(plain.mails()).toEqual([]);
      expect((await run(['add', 'local', ...server(plain), '--tls', 'none'])).code).toBe(0);
      expect(await run(['test', 'local'])).toMatchObject({ code: 1, stdout: expect.stringContaining('1 of 2') });
      expect(plain.mails()).toMatchObject([{ to: ['ops@example.org'], tls: false }]);
    });

    it('arrives as it was written, and adds no header, whatever it says', async () => {
      const receiver = await start('texts', { tls: 'none' });
      const settings = { smtp: `127.0.0.1:${receiver.port}`, tls: 'none', from: 'a@b.example', to: ['c@d.example'] };
      const target = notifierOf('email').open({ settings, secrets: {} });
      const http = createHttpClient({ environment: {} });
      const context = { http, environment: {}, now: () => new Date(), signal: AbortSignal.timeout(20_000) };
      const subject = 'volume:Bücher\r\nBcc: x@y.example\r\n\r\n=?utf-8?q?x?= 東京';
      const sentence = `.\r\n.QUIT\nÄ ${'long '.repeat(90)}`;
      const notification = makeNotification({ kind: 'failed', subject, sentence }, 'host1', new Date());
      const message = { id: 'hf_1', notification, repeats: 0, omitted: 0 };
      expect(await target.send(message, context)).toEqual({ kind: 'taken' });
      const [mail] = receiver.mails();
      const names = mail?.headers.map(([name]) => name.toLowerCase());
      expect(names?.sort()).toEqual([
        ...[
          'auto-submitted',
          'content-transfer-encoding',
          'content-type',
          'date',
          'from',
          'message-id',
          'mime-version',
        ],
        ...['subject', 'to'],
      ]);
      expect(Object.fromEntries(mail?.headers ?? [])['Subject']).toBe(
        `Holdfast: ${notification.subject} failed on host1`,
      );
      expect(mail?.to).toEqual(['c@d.example']);
      expect(mail?.text.split(/\r?\n/)[0]).toBe(notification.sentence);
      for (const line of mail?.raw.split('\r\n') ?? []) expect(line.length).toBeLessThanOrEqual(998);
    });
  });

  it('is in the backup of the home, with its secrets, which nothing else shows', async () => {
    await ok('add', 'kept', '--kind', 'ping', '--url-file', secret('kept', 'https://ping.example/SECRETPATH'));
    const passphrase = secret('passphrase', 'five words or so by chance');
    const home = (command: string, environment: Record<string, string>, ...args: readonly string[]) =>
      bench.run(['home', command, ...args, '--passphrase-file', passphrase], { environment });
    const made = await home('backup', trusting, '--out', 'home.age');
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const elsewhere = { HOLDFAST_HOME: bench.path('elsewhere') };
    const restored = await home('restore', elsewhere, 'home.age');
    expect(restored, restored.stderr).toMatchObject({ code: 0 });
    for (const part of ['notify/kept.json', 'keys/notify/kept.json']) {
      const [before, after] = ['holdfast', 'elsewhere'].map((name) => readFileSync(bench.path(name, part), 'utf8'));
      expect(after).toBe(before);
      expect(statSync(bench.path('elsewhere', part)).mode & 0o777).toBe(0o600);
    }
    const { targets } = notifyTargetListSchema.parse(
      JSON.parse((await run(['ls', '--format', 'json'], elsewhere)).stdout),
    );
    expect(targets.find(({ name }) => name === 'kept')).toMatchObject({ place: 'ping.example', last: null });
  });

  it('needs a home', async () => {
    expect(await run(['ls'], { HOLDFAST_HOME: bench.path('none') })).toMatchObject({ code: 2 });
  });
});
