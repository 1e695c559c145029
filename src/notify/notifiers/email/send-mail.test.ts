import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '#base/http/client.ts';
import { makeNotification } from '#notify/notification.ts';
import { notifierOf } from '#notify/notifiers/list.ts';

const NOW = new Date('2026-11-22T01:02:03.000Z');
const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A server below SMTP: says its first words, and answers each line. */
async function serve(
  greeting: string,
  answer: (line: string, socket: Socket) => string | undefined,
): Promise<string[]> {
  const heard: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.write(greeting);
    socket.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString('latin1').split('\r\n').filter(Boolean)) {
        heard.push(line);
        const said = answer(line, socket);
        if (said !== undefined) socket.write(`${said}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  port = (server.address() as AddressInfo).port;
  return heard;
}
let port = 0;

async function send(tls: string, { limitMs = 20_000, login = false } = {}) {
  const settings = { smtp: `127.0.0.1:${port}`, tls, from: 'a@host1.example', to: ['b@x.example', 'c@x.example'] };
  const target = notifierOf('email').open({
    settings: { ...settings, ...(login ? { user: 'me' } : {}) },
    secrets: login ? { password: 'hunter2' } : {},
  });
  const notification = makeNotification({ kind: 'failed', subject: 'volume:db', sentence: 'It failed' }, 'h', NOW);
  const http = createHttpClient({ environment: {} });
  const signal = AbortSignal.timeout(limitMs);
  const message = { id: 'hf_1', notification, repeats: 0, omitted: 0 };
  return target.send(message, { http, environment: {}, now: () => NOW, signal });
}

const GREETING = '220 host ESMTP\r\n';
/** What a plain server says; some lines said otherwise. */
function plain(otherwise: Readonly<Record<string, string>> = {}) {
  let isBody = false;
  return (line: string): string | undefined => {
    if (isBody) {
      isBody = line !== '.';
      return isBody ? undefined : (otherwise['.'] ?? '250 taken');
    }
    const key = Object.keys(otherwise).find((start) => line.startsWith(start));
    if (key !== undefined) return otherwise[key];
    isBody = line === 'DATA';
    if (line.startsWith('EHLO')) return '250-host\r\n250 SIZE 1000000';
    return isBody ? '354 go on' : '250 OK';
  };
}

describe('a mail server', () => {
  it('that takes the mail', async () => {
    const heard = await serve(GREETING, plain());
    expect(await send('none')).toEqual({ kind: 'taken' });
    expect(heard).toContain('RCPT TO:<c@x.example>');
    expect(heard).toContain('Auto-Submitted: auto-generated');
  });

  it('that takes it for some only', async () => {
    await serve(GREETING, plain({ 'RCPT TO:<c@': '550 nobody' }));
    expect(await send('none')).toMatchObject({ kind: 'refused', message: expect.stringContaining('1 of 2') });
  });

  it.each([
    ['450 later', 'later'],
    ['421 closing', 'later'],
    ['554 no SECRETWORD', 'refused'],
  ])('that says %s is told %s', async (said, kind) => {
    await serve(GREETING, plain({ 'MAIL FROM': said }));
    const answer = await send('none');
    expect(answer).toMatchObject({ kind, message: expect.stringContaining(said.slice(0, 3)) });
    expect(JSON.stringify(answer)).not.toContain('SECRETWORD');
  });

  it('that offers no encryption gets neither mail nor password', async () => {
    const heard = await serve(GREETING, plain({ EHLO: '250-host\r\n250 AUTH PLAIN LOGIN' }));
    expect(await send('starttls', { login: true })).toMatchObject({ kind: 'refused' });
    expect(heard.join('\n')).not.toMatch(/AUTH|MAIL FROM|hunter2/);
  });

  it('that offers encryption and then answers something else gets neither', async () => {
    const heard = await serve(
      GREETING,
      plain({ EHLO: '250-host\r\n250-AUTH PLAIN\r\n250 STARTTLS', STARTTLS: '220 go on\r\n250 injected\r\n250 x' }),
    );
    expect(await send('starttls', { login: true })).toMatchObject({ kind: 'refused' });
    expect(heard.join('\n')).not.toMatch(/AUTH|MAIL FROM|hunter2/);
  });

  it('that is not there', async () => {
    await serve(GREETING, plain());
    for (const close of open.splice(0)) close();
    expect(await send('none')).toMatchObject({ kind: 'later', code: 'NOTIFY_UNREACHABLE' });
  });

  it('that says nothing, or drips, is given up in time', async () => {
    await serve('', () => undefined);
    expect(await send('none', { limitMs: 100 })).toMatchObject({ kind: 'later', code: 'NOTIFY_UNREACHABLE' });
    await serve('2', (_, socket) => void setInterval(() => socket.write('2'), 10).unref());
    expect(await send('none', { limitMs: 100 })).toMatchObject({ kind: 'later' });
  });

  it('that greets without an end is cut off', async () => {
    await serve(`220-${'x'.repeat(1000)}\r\n`.repeat(2000), plain());
    expect(await send('none')).toMatchObject({ code: expect.stringMatching(/^NOTIFY_/) });
    await serve('x'.repeat(2_000_000), plain());
    expect(await send('none')).toMatchObject({ code: expect.stringMatching(/^NOTIFY_/) });
  });
});
