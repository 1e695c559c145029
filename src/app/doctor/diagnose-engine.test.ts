import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { doctorReportSchema } from '#api/doctor-report.ts';
import { diagnose, type ToScan } from '#app/doctor/diagnose.ts';

const WEB = 'a'.repeat(64);
const IMAGE = `sha256:${'b'.repeat(64)}`;

const CALM: Readonly<Record<string, unknown>> = {
  '/info': { ID: 'X', ServerVersion: '28' },
  '/networks': [],
  '/volumes': { Volumes: [] },
  '/containers/json': [{ Id: WEB, Names: ['/web'], Image: 'shop:1', ImageID: IMAGE }],
  '/containers/json?all=true': [{ Id: WEB }],
  [`/containers/${WEB}/json`]: {
    ...{ Id: WEB, Name: '/web', Image: IMAGE, State: { Status: 'running' }, Config: { Image: 'shop:1', User: '1000' } },
    HostConfig: { NetworkMode: 'bridge' },
  },
  [`/containers/${WEB}/changes`]: [],
};

let directory: string;
let server: Server;
let answers: Readonly<Record<string, unknown>>;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-doctor-'));
  server = createServer((request, response) => {
    if (request.url === '/_ping') return response.writeHead(200, { 'Api-Version': '1.41' }).end('OK');
    const answer = answers[(request.url ?? '').replace('/v1.41', '')];
    if (typeof answer === 'number') return response.writeHead(answer).end('{"message":"no"}');
    if (answer === undefined) return response.writeHead(404).end('{"message":"no such thing"}');
    return response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(join(directory, 'engine.sock'), resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});

/** What is said of an engine that gives these answers instead of the calm ones, and what was to be scanned. */
async function look(own: Readonly<Record<string, unknown>>) {
  answers = { ...CALM, ...own };
  const asked: ToScan[] = [];
  const report = await diagnose({
    environment: { DOCKER_HOST: `unix://${directory}/engine.sock`, HOME: directory },
    now: new Date('2026-01-01T00:00:00Z'),
    tool: { name: 'holdfast', version: '0' },
    advisories: { kind: 'starter', builtAt: '2026-01-01T00:00:00.000Z', records: 1 },
    step: () => undefined,
    scan: async (targets) => {
      asked.push(...targets);
      return { reports: [], problems: [] };
    },
  });
  expect(doctorReportSchema.parse(report)).toEqual(report);
  const looked = new Map(report.looked.map(({ subject, state, count }) => [subject, `${state} ${count}`]));
  return { report, looked, asked: asked.map(({ target }) => target) };
}

const RUN = 'how containers are run';

test('an engine that answers is looked at whole', async () => {
  const { looked, asked, report } = await look({});
  expect([looked.get('containers'), looked.get(RUN)]).toEqual(['covered 1', 'covered 1']);
  expect(asked).toEqual([`docker:${IMAGE}`]);
  expect(report.engine).toMatchObject({ state: 'collected', product: 'docker', version: '28' });
});

test.each([500, undefined])(
  'an engine that does not tell what runs is still one, and that is said (%s)',
  async (answer) => {
    const { looked, asked, report } = await look({ '/containers/json': answer });
    expect(report.engine).toMatchObject({ state: 'collected' });
    expect(asked).toEqual([]);
    expect([looked.get('images'), looked.get(RUN)]).toEqual(['failed 0', 'covered 1']);
    expect(report.problems).toMatchObject([{ code: 'ENGINE_FAILED' }]);
  },
);

test.each(['/containers/json?all=true', '/volumes', '/info'])(
  'without an answer to %s nothing is called looked at',
  async (path) => {
    const { looked, report } = await look({ [path]: 500 });
    expect([looked.get('data'), looked.get(RUN)]).toEqual(['not-collected 0', 'failed 0']);
    expect(report.problems).toMatchObject([{ code: 'ENGINE_FAILED' }]);
  },
);

test.each([
  ['is none', { Volumes: 5 }],
  ['is a list', [1, null, 'x']],
  ['fails', 500],
  ['has parts of other kinds', { Id: 7, State: 'up', HostConfig: [], Config: 'x', Mounts: {} }],
])('a container whose description %s is not called calm', async (_, answer) => {
  const { looked } = await look({ [`/containers/${WEB}/json`]: answer });
  expect(looked.get(RUN)).toMatch(/^failed/);
});

test('an address that is none is the operator’s mistake, not a machine without an engine', async () => {
  const environment = { DOCKER_HOST: 'nonsense' };
  const rest = { tool: { name: '', version: '' }, advisories: { kind: 'full', builtAt: '', records: 0 } } as const;
  const scan = async () => ({ reports: [], problems: [] });
  await expect(diagnose({ environment, now: new Date(0), ...rest, step: () => undefined, scan })).rejects.toMatchObject(
    { code: 'ENGINE_HOST_INVALID', kind: 'usage' },
  );
});
