import { describe, expect, it } from 'vitest';
import type { Advisories } from '#advisory/advisory.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { type JudgeDeps, judgeImages, type WriterImage } from './judge-writers.ts';

const ID = `sha256:${'a'.repeat(64)}`;
const MANIFEST = `sha256:${'b'.repeat(64)}`;
const INVENTORY = `sha256:${'c'.repeat(64)}`;
const IMAGE = { imageId: ID, digests: [`app@${MANIFEST}`] } as unknown as WriterImage;
const NOW = new Date('2026-06-15T00:00:00Z');

interface Told {
  readonly type: 'image.inventoried' | 'verdict.reached';
  readonly stream: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const target = { kind: 'docker', reference: 'app:1', imageId: ID };
const scanned: Told = { type: 'image.inventoried', stream: `image:${ID}`, data: { target, inventory: INVENTORY } };
const verdict = (decision: string, stream = `image:${ID}`): Told => ({
  type: 'verdict.reached',
  stream,
  data: {
    target: { ...target, digest: MANIFEST },
    decision,
    policies: [{ name: 'baseline', mode: 'enforce' }],
    reasons: decision === 'allow' ? [] : [{ sentence: 'A flaw.' }],
  },
});

/** Advisories that know one flaw in the package `bad`, which is exploited. */
function advisories(kind: 'full' | 'starter', builtAt = NOW.toISOString()): Advisories {
  return {
    info: { kind, builtAt, records: 1, ecosystems: { npm: { records: 1 } }, sources: [] },
    lookup: (ecosystem, name) =>
      name === 'bad'
        ? [
            {
              ...{
                id: 'CVE-2026-1000',
                aliases: [],
                ecosystem,
                package: name,
                status: 'affected',
                versions: ['1.0.0'],
              },
              ...{ ranges: [], source: 'x' },
            },
          ]
        : [],
    exploitation: () => ({ knownExploitedSince: '2026-06-01' }),
    packagesOf: () => [],
    close: () => undefined,
  };
}

async function judge(told: readonly Told[], packages: readonly string[], known: Advisories | undefined) {
  const events = told.map(
    (one, index) => ({ ...one, position: index + 1, at: '2026-06-10T00:00:00Z' }) as unknown as LedgerEvent,
  );
  const inventory = {
    repositories: [],
    problems: [],
    packages: packages.map((name) => ({
      ...{ name, version: '1.0.0', type: 'npm', purl: `pkg:npm/${name}@1.0.0` },
      ...{ licences: [], evidence: 'installed', locations: [] },
    })),
  };
  const record = {
    ledger: {
      read: async function* ({ types, stream }: { types: readonly string[]; stream?: string }) {
        for (const event of events.toReversed())
          if (types.includes(event.type) && (stream === undefined || stream === event.stream)) yield event;
      },
    },
    catalogue: { known: (event: LedgerEvent) => ({ data: event.data }) },
    blobs: { get: async () => Buffer.from(JSON.stringify({ inventory })) },
  } as unknown as JudgeDeps['record'];
  return (await judgeImages({ record, advisories: known, now: NOW }, [IMAGE]))(IMAGE);
}

describe('judgeImages', () => {
  it('without a verdict, what is in the image and what is known today decide', async () => {
    expect((await judge([scanned], ['good'], advisories('full'))).judgement).toBe('allowed');
    expect((await judge([scanned], ['bad'], advisories('full'))).judgement).toBe('denied');
    expect((await judge([scanned], ['good'], advisories('starter'))).judgement).toBe('unknown');
    expect((await judge([], ['good'], advisories('full'))).judgement).toBe('unknown');
  });

  it('an image in which nothing was recognised is unknown, unless a verdict allows it', async () => {
    expect(await judge([scanned], [], advisories('full'))).toMatchObject({
      judgement: 'unknown',
      reason: expect.stringContaining('no package was recognised'),
    });
    expect((await judge([scanned, verdict('allow')], [], advisories('full'))).judgement).toBe('allowed');
  });

  it('a verdict that denies counts, under whatever name the image was judged', async () => {
    expect(await judge([scanned, verdict('deny')], ['good'], advisories('full'))).toEqual({
      judgement: 'denied',
      reason: 'the verdict by baseline of 2026-06-10 denies it: A flaw',
    });
    const elsewhere = verdict('deny', `image:${MANIFEST}`);
    expect((await judge([elsewhere, scanned], ['good'], advisories('full'))).judgement).toBe('denied');
  });

  it('the last verdict counts', async () => {
    const told = [scanned, verdict('deny'), verdict('allow', `image:${MANIFEST}`)];
    expect((await judge(told, ['good'], advisories('full'))).judgement).toBe('allowed');
  });

  it('a verdict over how it is run says nothing of the image', async () => {
    const { data, ...rest } = verdict('deny');
    const told = [scanned, verdict('allow'), { ...rest, data: { ...data, subject: 'workload' } }];
    expect((await judge(told, ['good'], advisories('full'))).judgement).toBe('allowed');
  });

  it('a verdict that allows does not outlive what became known since', async () => {
    expect((await judge([scanned, verdict('allow')], ['bad'], advisories('full'))).judgement).toBe('denied');
  });

  it('where nobody can look today, a verdict that allows says nothing of today', async () => {
    const old = advisories('full', '2026-05-01T00:00:00Z');
    for (const known of [undefined, advisories('starter'), old])
      expect((await judge([scanned, verdict('allow')], ['good'], known)).judgement).toBe('unknown');
  });

  it('an unknown verdict stays unknown, unless the image is known to be bad', async () => {
    expect((await judge([scanned, verdict('unknown')], ['good'], advisories('full'))).judgement).toBe('unknown');
    expect((await judge([scanned, verdict('unknown')], ['bad'], advisories('full'))).judgement).toBe('denied');
  });
});
