import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpOptions } from '#base/http/client.ts';
import { type Delivery, deliver, type Patience } from '#notify/delivery.ts';
import { makeNotification, type NotificationKind } from '#notify/notification.ts';
import type { OpenTarget } from '#notify/notifier.ts';
import { notifierOf } from '#notify/notifiers/list.ts';
import { type FakeServer, startServer } from '../../test/fakes/http-server.ts';

const NOW = new Date('2026-11-22T01:02:03.000Z');
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const PATIENCE: Patience = { tries: 4, tryMs: 30_000, deadlineMs: 60_000 };

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

type Answer = (response: ServerResponse, request: IncomingMessage, body: string) => void;

async function serve(answer: Answer, secure = false): Promise<FakeServer> {
  const server = await startServer(
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => answer(response, request, Buffer.concat(chunks).toString('utf8')));
    },
    { secure },
  );
  open.push(server);
  return server;
}

function messageOf(kind: NotificationKind = 'failed') {
  const input = { kind, subject: 'volume:db', sentence: 'It failed', position: 9 };
  return { id: 'hf_0123', notification: makeNotification(input, 'host1', NOW), repeats: 0, omitted: 0 };
}

const pauses: number[] = [];
function tell(
  target: OpenTarget,
  {
    kind,
    patience = PATIENCE,
    ...options
  }: { kind?: NotificationKind; patience?: Patience } & Partial<HttpOptions> = {},
): Promise<Delivery> {
  pauses.length = 0;
  const http = createHttpClient({ environment: {}, ...options });
  open.push(http);
  const sleep = async (ms: number) => void pauses.push(ms);
  return deliver(target, messageOf(kind), { http, environment: {}, now: () => NOW, patience, sleep });
}

const hook = (url: string) => notifierOf('webhook').open({ settings: {}, secrets: { url, signingSecret: SECRET } });
const pingOf = (url: string) => notifierOf('ping').open({ settings: {}, secrets: { url } });

describe('a webhook', () => {
  it('is posted with a signature over exactly what came', async () => {
    const got: { headers: IncomingMessage['headers']; body: string; path: string }[] = [];
    const server = await serve((response, { headers, url = '' }, body) => {
      got.push({ headers, body, path: url });
      response.writeHead(204).end();
    });
    expect(await tell(hook(`${server.url}/in?token=abc`))).toEqual({ kind: 'sent', tries: 1 });
    const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = got;
    expect(path).toBe('/in?token=abc');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const expected = createHmac('sha256', Buffer.alloc(32, 7)).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    expect(headers['webhook-timestamp']).toBe(String(NOW.getTime() / 1000));
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toMatchObject({
      type: 'holdfast.failed',
      data: { subject: 'volume:db', position: 9, code: null },
    });
  });

  it('has the same id in every try', async () => {
    const ids: unknown[] = [];
    const server = await serve((response, { headers }) => {
      ids.push(headers['webhook-id']);
      response.writeHead(ids.length < 3 ? 503 : 200).end();
    });
    expect(await tell(hook(server.url))).toEqual({ kind: 'sent', tries: 3 });
    expect(ids).toEqual(['hf_0123', 'hf_0123', 'hf_0123']);
    expect(pauses).toHaveLength(2);
    expect(pauses[1]).toBeGreaterThan(pauses[0] ?? 0);
  });

  it('trusts a private authority only where it is named', async () => {
    const server = await serve((response) => response.end(), true);
    const failed = await tell(hook(`${server.url}/SECRETPATH`));
    expect(failed).toMatchObject({ kind: 'failed', tries: 1, hint: expect.stringContaining('SSL_CERT_FILE') });
    expect(JSON.stringify(failed)).not.toContain('SECRETPATH');
    expect(server.seen).toEqual([]);
  });
});

describe('a receiver that is not well', () => {
  it('who sends elsewhere is not followed', async () => {
    const other = await serve((response) => response.end());
    const server = await serve((response) => response.writeHead(307, { location: `${other.url}/x` }).end());
    for (const target of [hook(`${server.url}/SECRETPATH`), pingOf(`${server.url}/SECRETPATH`)]) {
      const failed = await tell(target);
      expect(failed).toMatchObject({ kind: 'failed', tries: 1, code: 'NOTIFY_REFUSED' });
      expect(JSON.stringify(failed)).not.toContain('SECRETPATH');
    }
    expect(other.seen).toEqual([]);
  });

  it('who answers without an end does not fill the memory', async () => {
    let sent = 0;
    const server = await serve((response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) return;
        }
      };
      response.on('drain', more);
      more();
    });
    expect(await tell(hook(server.url))).toMatchObject({ kind: 'sent' });
    // No service of that kind sends a page: something else is at this address.
    expect(await tell(pingOf(server.url))).toMatchObject({ kind: 'failed', tries: 1 });
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('who does not answer is given up, in each try and in all', async () => {
    const server = await serve(() => undefined);
    const patience = { tries: 3, tryMs: 60, deadlineMs: 60_000 };
    const failed = await tell(hook(`${server.url}/SECRETPATH`), { patience });
    expect(failed).toMatchObject({ kind: 'failed', tries: 3, code: 'NOTIFY_UNREACHABLE' });
    expect(JSON.stringify(failed)).not.toContain('SECRETPATH');
    expect(await tell(hook(server.url), { patience: { ...patience, tryMs: 60_000, deadlineMs: 60 } })).toMatchObject({
      kind: 'failed',
      tries: 1,
    });
  });

  it('who drips an answer is given up', async () => {
    const timers: NodeJS.Timeout[] = [];
    const server = await serve((response) => {
      response.writeHead(200);
      timers.push(setInterval(() => response.write('O'), 10));
    });
    const failed = await tell(pingOf(server.url), { patience: { tries: 1, tryMs: 200, deadlineMs: 60_000 } });
    for (const timer of timers) clearInterval(timer);
    expect(failed).toMatchObject({ kind: 'failed', code: 'NOTIFY_UNREACHABLE' });
  });

  it('who says when is asked then, if that is soon', async () => {
    let count = 0;
    const server = await serve((response) => {
      count += 1;
      response.writeHead(count === 1 ? 429 : 200, { 'retry-after': '7' }).end();
    });
    expect(await tell(hook(server.url))).toEqual({ kind: 'sent', tries: 2 });
    expect(pauses).toEqual([7_000]);
    count = 0;
    expect(await tell(hook(server.url), { patience: { ...PATIENCE, deadlineMs: 5_000 } })).toMatchObject({ tries: 1 });
  });

  it('who refuses is not asked again', async () => {
    for (const status of [400, 401, 404, 410]) {
      const server = await serve((response) => response.writeHead(status).end('no_service'));
      expect(await tell(hook(server.url))).toMatchObject({ kind: 'failed', tries: 1, code: 'NOTIFY_REFUSED' });
      expect(server.seen).toHaveLength(1);
    }
  });

  it('who is not there is asked until it is enough', async () => {
    const server = await serve((response) => response.end());
    await server.close();
    expect(await tell(hook(server.url))).toMatchObject({ kind: 'failed', tries: 4, code: 'NOTIFY_UNREACHABLE' });
  });

  it('a plugin that throws or never ends is a failure, and tells nothing of what it knew', async () => {
    const bad = (send: OpenTarget['send']): OpenTarget => ({ place: 'x.example', send });
    const thrown = await tell(bad(() => Promise.reject(new Error('https://x.example/SECRETPATH'))));
    expect(thrown).toEqual({
      ...{ kind: 'failed', tries: 1, code: 'NOTIFY_FAILED', message: 'x.example could not be told' },
    });
    const patience = { tries: 2, tryMs: 20, deadlineMs: 60_000 };
    expect(
      await tell(
        bad(() => new Promise(() => undefined)),
        { patience },
      ),
    ).toMatchObject({ tries: 2 });
  });
});

describe('a ping', () => {
  it.each([
    ['started', '/key/start?create=1'],
    ['succeeded', '/key?create=1'],
    ['failed', '/key/fail?create=1'],
    ['silent', '/key/fail?create=1'],
    ['test', '/key?create=1'],
  ] as const)('of what %s goes to %s', async (kind, path) => {
    const server = await serve((response) => response.end('OK'));
    expect(await tell(pingOf(`${server.url}/key/?create=1`), { kind })).toMatchObject({ kind: 'sent' });
    expect(server.seen).toMatchObject([{ method: 'POST', path }]);
  });

  it('that is answered with 200 and not counted is a failure', async () => {
    for (const text of ['OK (not found)', 'OK (rate limited)']) {
      const server = await serve((response) => response.end(text));
      expect(await tell(pingOf(server.url))).toMatchObject({ kind: 'failed', code: 'NOTIFY_REFUSED' });
    }
  });
});

it('Discord is told in its own shape, whichever address it gave', async () => {
  const server = await serve((response) => response.writeHead(204).end());
  const secrets = { url: `${server.url}/api/webhooks/1/t/slack` };
  const target = notifierOf('chat').open({ settings: { flavour: 'discord' }, secrets });
  expect(await tell(target)).toMatchObject({ kind: 'sent' });
  expect(server.seen).toMatchObject([{ path: '/api/webhooks/1/t' }]);
});

it.each([
  'ftp://a.example/',
  'http://a.example/',
  'no address',
  'https://a b/',
  `https://a.example/${'x'.repeat(3000)}`,
])('refuses the address %s without repeating it', (url) => {
  expect(() => hook(url)).toThrow(expect.objectContaining({ code: 'NOTIFY_SETTINGS_INVALID' }));
});
