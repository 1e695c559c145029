import { describe, expect, it } from 'vitest';
import { judged, rulesOf } from '#workload/workloads.fixture.ts';

const compose = (lines: string) => `services:\n  web:\n    image: example/web:1\n${lines}`;
async function reasons(text: string, rule: string) {
  return (await judged({ 'f.yaml': text }))
    .flatMap((one) => one.reasons)
    .filter((reason) => reason.rule === `run/${rule}`);
}

describe('secrets in the environment', () => {
  const KEY = `AKIA${'ABCDEFGHIJKLMNOP'}`;
  it.each([
    ['POSTGRES_PASSWORD', 'hunter22'],
    ['dbPassword', 'hunter22'],
    ['PGPASSWORD', 'hunter22'],
    ['STRIPE_API_KEY', 'abc'],
    ['ANYTHING', KEY],
    ['DATABASE_URL', 'postgres://app:hunter22@db/app'],
    ['SIGNER', '-----BEGIN RSA PRIVATE KEY----- x'],
  ])('%s is one, and its value is not shown', async (name, value) => {
    const found = await reasons(
      compose(`    environment:\n      ${name}: ${JSON.stringify(value)}\n`),
      'secret-in-environment',
    );
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain(value.slice(-8));
  });

  it.each([
    ['POSTGRES_PASSWORD_FILE', '/run/secrets/db'],
    ['DB_PASSWORD', '/run/secrets/db'],
    ['ALLOW_EMPTY_PASSWORD', 'yes'],
    ['TOKEN', ''],
    ['GPG_KEY', 'A035C8C19219BA821ECEA86B64E628F8D684696D'],
    ['PWD', '/srv'],
    ['TOKEN_TTL', '3600'],
    ['DATABASE_URL', 'postgres://app@db/app'],
    ['PUBLIC_KEY', 'abc'],
    ['PASSWORD', '$(FROM_ELSEWHERE)'],
  ])('%s=%s is none', async (name, value) => {
    expect(
      await reasons(
        compose(`    environment:\n      ${name}: ${JSON.stringify(value.replace('$', '$$$$'))}\n`),
        'secret-in-environment',
      ),
    ).toEqual([]);
  });
});

describe('ways to a database', () => {
  const shop = (web: string, db: string) => `services:
  web:
    image: example/web:1
${web}
  db:
    image: postgres:16
    volumes: [data:/var/lib/postgresql/data]
${db}
volumes: {data: {}}
`;

  it('are drawn through the networks of a compose file', async () => {
    const [found] = await reasons(
      shop('    ports: ["8080:80"]\n    networks: [front, back]', '    networks: [back]'),
      'database-reachable',
    );
    expect(found).toMatchObject({ severity: 'low', evidence: 'outside ─(8080)─▶ web ─[back]─▶ db' });
  });

  it('are worst where it is published itself', async () => {
    const [found] = await reasons(shop('', '    ports: ["5432:5432"]'), 'database-reachable');
    expect(found).toMatchObject({ severity: 'high', evidence: 'outside ─(5432)─▶ db' });
  });

  it.each([
    ['no network is shared', shop('    ports: ["80:80"]\n    networks: [front]', '    networks: [back]')],
    ['it is published to the host alone', shop('', '    ports: ["127.0.0.1:5432:5432"]')],
    ['nothing is published', shop('', '')],
    ['its tools run, not its server', 'services: {job: {image: "postgres:16", command: [pg_dump, x], ports: ["1:1"]}}'],
  ])('are none where %s', async (_, text) => {
    expect(await reasons(text, 'database-reachable')).toEqual([]);
  });

  it('lead through services of Kubernetes, also from another file', async () => {
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata: {name: db, namespace: s, labels: {app: db}}\nspec: {containers: [{name: db, image: "postgres:16"}]}\n';
    const service =
      'apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: s}\nspec: {type: LoadBalancer, selector: {app: db}, ports: [{port: 5432}]}\n';
    const all = await judged({ 'pod.yaml': pod, 'service.yaml': service });
    const found = all.flatMap((one) => one.reasons).find(({ rule }) => rule === 'run/database-reachable');
    expect(found?.evidence).toBe('outside ─(5432)─▶ Service/s/db ─▶ Pod/s/db');
    expect(all.map(({ path }) => path)).toEqual(['pod.yaml', 'service.yaml']);
  });
});

describe('network policies', () => {
  const pod = (name: string, labels = '') =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: s, labels: {${labels}}}\nspec: {containers: [{name: a, image: b}]}\n`;
  const policy = (selector: string) =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: s}\nspec: {podSelector: {${selector}}}\n`;
  const missing = async (...documents: string[]) =>
    (await judged({ 'f.yaml': documents.join('---\n') }))
      .filter((one) => one.reasons.some(({ rule }) => rule === 'run/flat-network'))
      .map(({ document }) => document);

  it('missing from a namespace are said once', async () => {
    expect(await missing(pod('a'), pod('b'))).toEqual(['Pod/s/a']);
  });

  it('that select nothing of a pod are missing for it', async () => {
    expect(await missing(pod('a', 'app: a'), pod('b'), policy('matchLabels: {app: a}'))).toEqual(['Pod/s/b']);
  });

  it('for all pods are for all pods', async () => {
    expect(await missing(pod('a'), pod('b'), policy(''))).toEqual([]);
  });
});

describe('data', () => {
  const db = (lines: string, image = 'postgres:16') =>
    `services:\n  db:\n    image: ${image}\n${lines}\nvolumes: {data: {}}\n`;
  const about = ['data-not-kept', 'data-in-memory', 'anonymous-volume', 'two-writers'];
  const said = async (text: string) => (await rulesOf(text)).filter((rule) => about.includes(rule));

  it.each([
    ['a volume over the directory', db('    volumes: [data:/var/lib/postgresql]'), []],
    ['a directory of the host', db('    volumes: ["./data:/var/lib/postgresql/data"]'), []],
    ['a volume beside the directory', db('    volumes: [data:/backup]'), ['data-not-kept']],
    ['a directory that a variable moves', db('    environment: {PGDATA: /data/pg}\n    volumes: [data:/data]'), []],
    ['a cache that keeps nothing', db('    command: [--save, "", --appendonly, "no"]', 'redis:7'), []],
    ['a place that is not known', db(`    volumes: ["data:${'$'}{WHERE}"]`), []],
    ['an exporter', db('', 'quay.io/prometheuscommunity/postgres-exporter:v0.15.0'), []],
    ['a name for nothing', db('    volumes: [/var/lib/postgresql/data]'), ['anonymous-volume']],
  ])('%s', async (_, text, expected) => {
    expect(await said(text)).toEqual(expected);
  });

  it('two replicas on one claim are two writers, those of a StatefulSet are not', async () => {
    const object = (kind: string, spec: string, volumes: string) =>
      `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: db}\nspec:\n  replicas: 2\n${spec}  template:\n    spec:\n      containers: [{name: db, image: "postgres:16", volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]}]\n${volumes}`;
    const claim = '      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]\n';
    expect(await said(object('Deployment', '', claim))).toEqual(['two-writers']);
    expect(await said(object('StatefulSet', '  volumeClaimTemplates: [{metadata: {name: data}}]\n', ''))).toEqual([]);
    const scratch = '      volumes: [{name: data, emptyDir: {}}]\n';
    expect(await said(object('Deployment', '', scratch))).toEqual(['data-in-memory']);
  });
});

describe('tokens of service accounts', () => {
  const pod = (spec: string) =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: s}\nspec: {${spec}containers: [{name: a, image: b}]}\n`;
  const account =
    'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: quiet, namespace: s}\nautomountServiceAccountToken: false\n';
  const given = async (text: string) => (await reasons(text, 'service-account-token')).length;

  it('are handed out unless pod or account say no', async () => {
    expect(await given(pod(''))).toBe(1);
    expect(await given(pod('automountServiceAccountToken: false, '))).toBe(0);
    expect(await given(`${pod('serviceAccountName: quiet, ')}---\n${account}`)).toBe(0);
    expect(
      await given(`${pod('serviceAccountName: quiet, automountServiceAccountToken: true, ')}---\n${account}`),
    ).toBe(1);
  });
});

it('what a pod sets for all of its containers is said once', async () => {
  const text =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: true\n  containers: [{name: a, image: b}, {name: c, image: d}]\n';
  expect(await reasons(text, 'host-network')).toHaveLength(1);
  expect(await reasons(text, 'no-limits')).toHaveLength(2);
});
