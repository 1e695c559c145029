import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholeNumber } from '#workload/dialects/kubernetes/pod-values.ts';
import { readWorkloads } from '#workload/read-workloads.ts';

/** The misfits of a pod whose spec is these lines, as `path kind line`. */
async function misfits(lines: readonly string[]): Promise<readonly string[]> {
  const text = ['apiVersion: v1', 'kind: Pod', 'metadata: { name: p }', 'spec:', ...lines.map((one) => `  ${one}`)];
  const { documents, problems } = await readWorkloads(
    { path: 'p.yaml', text: text.join('\n') },
    { beside: async () => undefined, variable: () => undefined },
  );
  expect(problems).toEqual([]);
  return documents.flatMap(({ pod }) =>
    (pod?.().misfits ?? []).map(({ path, kind, at }) => `${path} ${kind} ${at.kind === 'file' ? at.line - 4 : '?'}`),
  );
}

describe('values that Kubernetes would refuse', () => {
  it.each([
    [['hostNetwork: $NETWORK'], ['spec.hostNetwork flag 1']],
    [['hostPID: "true"'], ['spec.hostPID flag 1']],
    [['hostIPC: 1'], ['spec.hostIPC flag 1']],
    [['hostUsers: !!str false'], ['spec.hostUsers flag 1']],
    [['hostUsers: yEs'], ['spec.hostUsers flag 1']],
    [['securityContext: { runAsUser: "0" }'], ['spec.securityContext.runAsUser number 1']],
    [['securityContext: { runAsUser: 0.5 }'], ['spec.securityContext.runAsUser number 1']],
    [['securityContext: []'], ['spec.securityContext map 1']],
    [['securityContext: { sysctls: { name: x } }'], ['spec.securityContext.sysctls list 1']],
    [['containers: { name: c }'], ['spec.containers list 1']],
    [['containers: [c]'], ['spec.containers[0] map 1']],
    [
      ['containers:', '- name: a', '- name: b', '  securityContext:', '    privileged: $P'],
      ['spec.containers[1].securityContext.privileged flag 5'],
    ],
    [
      ['initContainers: [{ ports: [{ hostPort: http }], readinessProbe: { httpGet: { host: [] } } }]'],
      [
        'spec.initContainers[0].ports[0].hostPort number 1',
        'spec.initContainers[0].readinessProbe.httpGet.host text 1',
      ],
    ],
    [
      ['ephemeralContainers: [{ securityContext: { capabilities: { add: ALL } } }]'],
      ['spec.ephemeralContainers[0].securityContext.capabilities.add list 1'],
    ],
  ])('%j: %j', async (lines, expected) => {
    expect(await misfits(lines)).toEqual(expected);
  });

  it.each([
    ['spec: $SPEC', 1],
    ['spec: { containers: [] }', 0],
    ['spec:', 0],
  ])('may be all of a pod: %s', async (line, count) => {
    const { documents } = await readWorkloads(
      { path: 'p.yaml', text: `apiVersion: v1\nkind: Pod\nmetadata: { name: p }\n${line}\n` },
      { beside: async () => undefined, variable: () => undefined },
    );
    expect(documents.flatMap(({ pod }) => pod?.().misfits ?? [])).toHaveLength(count);
  });

  it.each(['spec: $SPEC', 'spec: { template: $TEMPLATE }', 'spec: { template: { spec: $SPEC } }'])(
    'may be all of what makes pods, which then shows no workload: %s',
    async (line) => {
      const { documents } = await readWorkloads(
        { path: 'd.yaml', text: `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: d }\n${line}\n` },
        { beside: async () => undefined, variable: () => undefined },
      );
      expect(documents.map(({ pod, workloads }) => [pod?.().misfits.length, workloads.length])).toEqual([[1, 0]]);
    },
  );

  it('are at most 20', async () => {
    expect(await misfits(['containers:', ...Array.from({ length: 50 }, () => '- wrong')])).toHaveLength(20);
  });

  it.each([
    ['hostNetwork: true', 'hostPID: no', 'hostIPC: Off', 'hostUsers: !!bool "false"'],
    ['hostNetwork: null', 'hostPID:', 'securityContext: ~', 'containers: null', 'volumes: [null]'],
    ['securityContext: { runAsUser: 1e3, runAsNonRoot: y }', 'containers: [{ ports: [{ hostPort: 80.0 }] }]'],
    ['nodeSelector: 5', 'volumes: [{ name: v, emptyDir: anything }]'],
  ])('are none of %j and what follows', async (...lines) => {
    expect(await misfits(lines)).toEqual([]);
  });
});

describe('a whole number', () => {
  const read = (text: string) => {
    const source = { path: 'p', text };
    return wholeNumber({ kind: 'scalar', text, plain: true, source, start: 0, end: text.length });
  };

  it.each([
    ['80', 80],
    ['80.', 80],
    ['80.0', 80],
    ['8e1', 80],
    ['.8E+2', 80],
    ['0x50', 80],
    ['8_0.0', 80],
    ['80.5', undefined],
    ['1e400', undefined],
    ['.', undefined],
    ['80.0.0', undefined],
    ['eighty', undefined],
  ])('%s is %s', (text, value) => {
    expect(read(text)).toBe(value);
  });

  it('is what was written, with a point or without', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (value) => {
        expect([read(`${value}`), read(`${value}.0`), read(`${value}e0`)]).toEqual([value, value, value]);
      }),
    );
  });
});
