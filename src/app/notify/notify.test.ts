import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notificationPayloadSchema } from '#api/notification-payload.ts';
import { EVENTS } from '#app/events.ts';
import { type AddTargetRequest, addTarget } from '#app/notify/add-target.ts';
import { listTargets } from '#app/notify/list-targets.ts';
import { notify, retryNotifications } from '#app/notify/notify.ts';
import { targetPaths } from '#app/notify/targets.ts';
import { HoldfastError } from '#core/errors.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { NotificationInput } from '#notify/notification.ts';
import { type FakeServer, startServer } from '../../../test/fakes/http-server.ts';

const START = Date.parse('2026-11-22T00:00:00.000Z');
let directory: string;
let server: FakeServer;
let answer: (response: ServerResponse, request: IncomingMessage) => void;
let events: { readonly type: string; readonly data: unknown }[];
let bodies: string[];
let hours: number;
let broken: boolean;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-notify-'));
  answer = (response) => void response.end('OK');
  server = await startServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      answer(response, request);
    });
  });
  events = [];
  bodies = [];
  hours = 0;
  broken = false;
});
afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

/** Takes what the real one would take. */
const ledger: Pick<Ledger, 'append'> = {
  append: async (request) => {
    if (broken) throw new HoldfastError('DATABASE_CONNECTION', 'The database is gone');
    const catalogue = eventCatalogue(EVENTS);
    for (const { type, data } of request.events) events.push({ type, data: catalogue.toWrite(type, data).data });
    return { kind: 'appended', position: events.length, version: 1, repeated: false };
  },
};

function deps() {
  return {
    record: { home: { directory }, ledger },
    ...{ environment: {}, actor: 'tester', now: () => new Date(START + hours * 3_600_000) },
    patience: { tries: 1, tryMs: 10_000, deadlineMs: 10_000 },
  };
}

async function add(name: string, notifier: AddTargetRequest['notifier'], more: Partial<AddTargetRequest> = {}) {
  const url = join(directory, `${name}.url`);
  writeFileSync(url, `${server.url}/${name}/SECRETPATH\n`);
  const settings: AddTargetRequest['settings'] = notifier === 'chat' ? { flavour: 'slack' } : {};
  await addTarget({ ...{ name, notifier, kinds: [], subjects: [], settings }, secretFiles: { url }, ...more }, deps());
}

const say = (kind: NotificationInput['kind'], more: Partial<NotificationInput> = {}) =>
  notify(deps(), { kind, subject: 'volume:db', sentence: 'Said so', ...more });
const paths = () => server.seen.map(({ path }) => path);
const types = () => events.map(({ type }) => type);

describe('notify', () => {
  it('tells those who want it, and records it without a secret', async () => {
    await add('team', 'chat');
    await add('other', 'chat', { subjects: ['repository:*'] });
    const { outcomes, problems } = await say('failed', { position: 3, code: 'X' });
    expect(outcomes).toEqual([{ target: 'team', notifier: 'chat', outcome: { kind: 'sent', tries: 1 } }]);
    expect(problems).toEqual([]);
    expect(paths()).toEqual(['/team/SECRETPATH']);
    expect(events.at(-1)).toMatchObject({
      type: 'notification.sent',
      data: { target: 'team', kind: 'failed', subject: 'volume:db', about: 3 },
    });
    expect(JSON.stringify(events)).not.toContain('SECRETPATH');
    expect(readFileSync(targetPaths({ directory }, 'team').settings, 'utf8')).not.toContain('SECRETPATH');
  });

  it('posts what the published schema says', async () => {
    const signingSecretFile = join(directory, 'new.secret');
    await add('ops', 'webhook', { signingSecretFile });
    expect(readFileSync(signingSecretFile, 'utf8')).toMatch(/^whsec_/);
    await say('damaged', { position: 3, code: 'X' });
    expect(notificationPayloadSchema.strict().parse(JSON.parse(bodies[0] ?? ''))).toMatchObject({
      ...{ type: 'holdfast.damaged', timestamp: '2026-11-22T00:00:00.000Z' },
      data: {
        kind: 'damaged',
        severity: 'critical',
        subject: 'volume:db',
        sentence: 'Said so',
        position: 3,
        code: 'X',
      },
    });
  });

  it('does not flood: a job that fails each hour is told once a day, and that it works again', async () => {
    await add('team', 'chat');
    const kinds: (string | undefined)[] = [];
    for (hours = 0; hours < 30; hours += 1) kinds.push((await say('failed')).outcomes[0]?.outcome.kind);
    expect(kinds.filter((kind) => kind === 'sent')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'held')).toHaveLength(28);
    expect((await say('succeeded')).outcomes).toMatchObject([{ outcome: { kind: 'sent' } }]);
    expect(events.at(-1)).toMatchObject({ data: { kind: 'recovered' } });
    expect((await say('succeeded')).outcomes).toEqual([]);
    expect((await say('failed')).outcomes).toMatchObject([{ outcome: { kind: 'sent' } }]);
  });

  it('does not flood either when all of them come at the same time', async () => {
    await add('team', 'chat');
    await Promise.all(Array.from({ length: 30 }, () => say('failed')));
    expect(paths()).toHaveLength(1);
  });

  it('pings at every run, and records only what did not go well', async () => {
    await add('switch', 'ping');
    for (const kind of ['started', 'succeeded', 'started', 'failed', 'failed'] as const) await say(kind);
    expect(paths().map((path) => path.slice('/switch/SECRETPATH'.length))).toEqual([
      ...['/start', '', '/start', '/fail', '/fail'],
    ]);
    expect(types()).toEqual(['notification.target-added']);
    answer = (response) => void response.writeHead(500).end();
    await say('succeeded');
    expect(types().at(-1)).toBe('notification.failed');
    expect(JSON.stringify(events)).not.toContain('SECRETPATH');
    hours = 10;
    expect((await retryNotifications(deps())).outcomes).toEqual([]);
  });

  it('tries again later what did not arrive, and tells the same message', async () => {
    await add('team', 'chat');
    answer = (response) => void response.writeHead(503).end();
    expect((await say('failed', { sentence: 'The first' })).outcomes).toMatchObject([{ outcome: { kind: 'failed' } }]);
    expect((await retryNotifications(deps())).outcomes).toEqual([]);
    expect(listTargets({ directory }).targets).toMatchObject([{ waiting: 1, last: { outcome: 'failed' } }]);
    hours = 1;
    expect((await retryNotifications(deps())).outcomes).toMatchObject([{ outcome: { kind: 'failed' } }]);
    answer = (response) => void response.end('ok');
    hours = 2;
    expect((await retryNotifications(deps())).outcomes).toMatchObject([{ outcome: { kind: 'sent' } }]);
    expect((await retryNotifications(deps())).outcomes).toEqual([]);
    expect(listTargets({ directory }).targets).toMatchObject([{ waiting: 0, last: { outcome: 'sent' } }]);
    expect((await say('failed')).outcomes).toMatchObject([{ outcome: { kind: 'held' } }]);
  });

  it('tells the others when one is broken, and never throws', async () => {
    await add('team', 'chat');
    await add('bad', 'chat');
    writeFileSync(targetPaths({ directory }, 'bad').secrets, '{');
    broken = true;
    const { outcomes, problems } = await say('failed');
    expect(outcomes).toMatchObject([{ target: 'team', outcome: { kind: 'sent' } }]);
    expect(problems.map(({ code }) => code).sort()).toEqual(['DATABASE_CONNECTION', 'NOTIFY_TARGET_UNREADABLE']);
  });

  it('says nothing where there is nobody', async () => {
    expect(await say('failed')).toEqual({ outcomes: [], problems: [] });
  });
});
