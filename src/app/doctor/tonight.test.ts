import { expect, test } from 'vitest';
import type { DoctorReport } from '#api/doctor-report.ts';
import { composePlace } from '#app/doctor/compose-place.ts';
import { chooseTonight, type TonightInput } from '#app/doctor/tonight.ts';

type Report = TonightInput['report'];

const EMPTY: Report = {
  ...{ schemaVersion: 1, tool: { name: 'holdfast', version: '0' }, createdAt: '2026-01-01T00:00:00.000Z' },
  engine: { state: 'collected', address: 'unix:///x', product: 'docker', version: '1' },
  advisories: { kind: 'full', builtAt: '2026-01-01T00:00:00.000Z', records: 1 },
  images: [],
  data: { findings: [], unkept: [], volumes: 0 },
  containers: [],
  host: { failed: [], passed: 0, unknown: 0, manual: 0 },
  ...{ looked: [], problems: [] },
};
type Part<Name extends keyof DoctorReport> = DoctorReport[Name] extends readonly (infer One)[] ? One : never;

const image = (severity: Part<'images'>['severity'], reference = 'shop/web:1'): Part<'images'> => ({
  ...{ reference, severity, containers: [{ id: 'c', name: 'web' }], dangers: ['2 critical, 0 high'] },
  exposure: { ports: [], hostNetwork: false, root: false, privileged: false, engineSocket: false, hostPaths: [] },
  ...{ packages: 1, compared: 1, findings: {}, knownExploited: 0, fixable: 2, top: [], problems: 0 },
  steps: [{ sentence: 'Rebuild on a newer base image: clears 2 of 2 findings', clears: 2 }],
});
const lost = (
  severity: 'critical' | 'high' | 'medium' | 'low',
  path = '/data',
): DoctorReport['data']['findings'][number] => ({
  ...{ rule: 'anonymous-volume', title: 'data in an anonymous volume', severity, container: 'db', image: 'postgres' },
  ...{ path, evidence: '40 MB', fix: 'docker stop db\ndocker volume create x' },
});
const run = (severity: Part<'containers'>['reasons'][number]['severity']): Part<'containers'> => ({
  ...{ name: 'web', image: 'shop/web:1' },
  reasons: [
    {
      rule: 'run/privileged',
      title: 'no container is privileged',
      severity,
      sentence: 'Container web is privileged.',
      fix: 'Remove it.',
    },
  ],
});
const host = (severity: 'high' | 'low'): DoctorReport['host']['failed'][number] => ({
  ...{ check: 'host/x', cis: '2.1', title: 'it is so', severity, sentence: 'It is not so.', fix: 'Make it so.' },
});

function choose(own: Partial<Report>, more: Partial<TonightInput> = {}) {
  return chooseTonight({
    ...{ report: { ...EMPTY, ...own }, program: 'docker', placeOf: () => undefined, isPulled: () => true },
    ...{ whyOf: () => 'Because.', ...more },
  });
}
const named = (chosen: ReturnType<typeof choose>) => chosen.map(({ about, severity }) => `${severity} ${about}`);

test('the data of a container come before what starts it anew', () => {
  const db: Part<'images'> = { ...image('critical', 'postgres:12'), containers: [{ id: 'd', name: 'db' }] };
  const data = { findings: [lost('high')], unkept: [], volumes: 1 };
  expect(named(choose({ data, images: [db], containers: [run('critical')] }))).toEqual([
    'high data',
    'critical image',
    'critical container',
  ]);
  expect(named(choose({ data, images: [image('critical')], containers: [run('critical')] }))).toEqual([
    'critical image',
    'critical container',
    'high data',
  ]);
});

test('nothing is nothing', () => {
  expect(choose({})).toEqual([]);
  expect(choose({ host: { ...EMPTY.host, failed: [host('low')] } })).toEqual([]);
});

test('each part has its worst before any has a second', () => {
  const data = { findings: [lost('critical'), lost('critical', '/b'), lost('critical', '/c')], unkept: [], volumes: 3 };
  expect(named(choose({ data, images: [image('high')], containers: [run('medium')] }))).toEqual([
    'critical data',
    'high image',
    'medium container',
  ]);
  expect(named(choose({ data, images: [image('high')] }))).toEqual(['critical data', 'critical data', 'high image']);
});

test('of four parts the least urgent waits', () => {
  const chosen = choose({
    ...{ data: { findings: [lost('high')], unkept: [], volumes: 1 }, images: [image('critical')] },
    ...{ containers: [run('medium')], host: { ...EMPTY.host, failed: [host('high')] } },
  });
  expect(named(chosen)).toEqual(['critical image', 'high data', 'high host']);
});

test('an image that came from a registry is fetched, one that was built is built', () => {
  const [pulled] = choose({ images: [image('high')] });
  expect(pulled?.commands).toEqual([
    '# Rebuild on a newer base image: clears 2 of 2 findings',
    'docker pull shop/web:1',
    'holdfast check docker:shop/web:1',
    '# then start web anew from it, behind holdfast volume guard -- docker run …',
  ]);
  const [built] = choose({ images: [image('high')] }, { isPulled: () => false });
  expect(built?.commands[1]).toBe('docker build --pull --tag shop/web:1 .  # where its Dockerfile is');
});

test('where compose started it, the commands are those of its files', () => {
  const place = composePlace({
    'com.docker.compose.project': 'shop',
    'com.docker.compose.service': 'web',
    'com.docker.compose.project.config_files': '/srv/my shop/compose.yaml,/srv/over.yaml',
  });
  const options = "--project-name shop --file '/srv/my shop/compose.yaml' --file /srv/over.yaml";
  const chosen = choose({ images: [image('high')], containers: [run('critical')] }, { placeOf: () => place });
  expect(chosen.map(({ commands }) => commands)).toEqual([
    [
      '# Remove it.',
      `\${EDITOR:-vi} '/srv/my shop/compose.yaml' /srv/over.yaml`,
      "holdfast lint '/srv/my shop/compose.yaml' /srv/over.yaml",
      `holdfast volume guard -- docker compose ${options} up --detach web`,
    ],
    [
      '# Rebuild on a newer base image: clears 2 of 2 findings',
      `docker compose ${options} pull web`,
      'holdfast check docker:shop/web:1',
      `holdfast volume guard -- docker compose ${options} up --detach web`,
    ],
  ]);
});

test.each([
  ['a word that a shell would run', "x'; rm -rf / #"],
  ['a word that a shell would put something for', '$(reboot)'],
])('labels never become commands: %s', (_, word) => {
  const labels = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' };
  const place = composePlace({ ...labels, 'com.docker.compose.project.config_files': `/${word}` });
  expect(place).toBeDefined();
  const [chosen] = choose({ images: [image('high')] }, { placeOf: () => place });
  for (const command of chosen?.commands ?? []) {
    const quoted = command.replaceAll(/'(?:[^']|'\\'')*'/g, '');
    expect(quoted).not.toMatch(/rm -rf|reboot/);
  }
});

test.each(['--volume=/:/host', 'a b', '$(reboot)', 'a\nb', '-', ''])(
  'a project or service that compose would not take names no place: %j',
  (word) => {
    const files = { 'com.docker.compose.project.config_files': '/x' };
    const good = { ...files, 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' };
    expect(composePlace(good)).toBeDefined();
    expect(composePlace({ ...good, 'com.docker.compose.project': word })).toBeUndefined();
    expect(composePlace({ ...good, 'com.docker.compose.service': word })).toBeUndefined();
  },
);

test('every command stays one line, whatever packages and containers are called', () => {
  const sentence = 'Upgrade left-pad\nreboot\u2028reboot \u202e1 to 2 or later';
  const bad: Part<'images'> = { ...image('high'), steps: [{ sentence, clears: 1 }] };
  const chosen = choose({ images: [{ ...bad, containers: [{ id: 'c', name: 'a\nreboot' }] }] });
  expect(chosen[0]?.commands[0]).toBe('# Upgrade left-pad?reboot?reboot ?1 to 2 or later');
  expect(chosen.flatMap(({ commands }) => commands).join('')).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
});

test('labels with line ends, or without files, name no place', () => {
  const labels = { 'com.docker.compose.project': 'a\nb', 'com.docker.compose.service': 'c' };
  expect(composePlace({ ...labels, 'com.docker.compose.project.config_files': '/x' })).toBeUndefined();
  expect(composePlace({ 'com.docker.compose.project': 'a', 'com.docker.compose.service': 'c' })).toBeUndefined();
});

test('volumes that nothing keeps are told with the way to keep them', () => {
  const unkept = [{ volume: 'uploads', containers: ['web'] }];
  const [chosen] = choose({ data: { findings: [], unkept, volumes: 1 } });
  expect(chosen).toMatchObject({ about: 'data', severity: 'medium', title: 'volume uploads has no snapshot' });
  expect(chosen?.commands.at(-1)).toBe('holdfast volume snapshot --all --repo main');
});
