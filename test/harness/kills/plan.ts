// What a process that appends is to do, and when it dies. Everything follows from the numbers, so that whoever looks at
// the record afterwards knows what may be in it.
import { createHash } from 'node:crypto';
import type { AdvisoriesUpdated } from '#advisory/events.ts';
import { packageGroups } from '#app/package-groups.ts';
import { streamOf } from '#app/target-stream.ts';
import type { ImageInventoried } from '#inventory/events.ts';
import type { Package } from '#inventory/package.ts';
import type { AppendRequest } from '#ledger/event.ts';

/** Where the appending program can kill itself, in the order of its work. */
export const KILL_PHASES = [
  'blob-writing',
  'blob-written',
  'blob-renamed',
  'begun',
  'inserted',
  'projected',
  'signed',
  'committed',
  'acknowledging',
  'catching-up',
  'rebuilding',
  'copy-writing',
  'copy-written',
  'copy-renamed',
] as const;

export type KillPhase = (typeof KILL_PHASES)[number];

/** One run of the appending program. */
export interface Plan {
  /** A home that is there. */
  readonly home: string;
  /** A directory for copies of checkpoints. */
  readonly copies: string;
  /** Names the requests: the same round is the same requests. */
  readonly round: number;
  /** Concurrent callers. */
  readonly appenders: number;
  /** Requests of each, one after the other. */
  readonly each: number;
  /** The program dies when it comes to the phase for the n-th time. */
  readonly kill?: { readonly phase: KillPhase; readonly nth: number };
  /** The clock goes back by a minute whenever it is asked. */
  readonly clockGoesBack?: true;
  /** Appends and nothing else: no blobs, read models or copies beside it. */
  readonly onlyAppends?: boolean;
  /** Bytes that every event is filled with. */
  readonly fillBytes?: number;
}

function packageOf(name: string, version: string, layer: string): Package {
  const purl = `pkg:npm/${name}@${version}`;
  const identity = { index: 0, digest: layer } as NonNullable<Package['layer']>;
  return { type: 'npm', name, version, licences: [], evidence: 'installed', purl, locations: [], layer: identity };
}

/** The packages that a caller's requests name, as blobs: those of a layer that images share, and of one that they do not. */
export function blobsOf(round: number, appender: number, index: number): readonly Buffer[] {
  const base = `base-${appender % 5}`;
  // Every fourth request brings a new one.
  const own = `own-${round}-${appender}-${index - (index % 4)}`;
  const shared = Array.from({ length: 20 }, (_, one) => packageOf(`shared-${one}`, `${appender % 5}.${one}.0`, base));
  const packages = [...shared, packageOf(own, '1.0.0', own)];
  return packageGroups({ repositories: [], packages }).map((text) => Buffer.from(text));
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A caller's request. Streams are shared by callers; every fifth request holds two events. */
export function requestOf(plan: Pick<Plan, 'round' | 'fillBytes'>, appender: number, index: number): AppendRequest {
  const { round, fillBytes = 0 } = plan;
  const groups = blobsOf(round, appender, index).map(digestOf);
  const [inventory = ''] = groups;
  const image = digestOf(Buffer.from(`image ${(appender + index) % 7}`));
  const data: ImageInventoried = {
    target: { kind: 'docker', reference: `example/${appender}:${round}.${index}`, digest: image },
    inventory,
    groups,
    sbom: inventory,
    packages: { npm: 4 },
    findings: {},
    knownExploited: 0,
    problems: 0,
    coverage: { 'no-data': 4 },
    advisories: null,
    containers: fillBytes > 0 ? ['x'.repeat(fillBytes)] : [],
  };
  const inventoried = { type: 'image.inventoried', data };
  const updated: AdvisoriesUpdated = {
    ...{ kind: 'built', builtAt: '2026-01-01T00:00:00Z', records: index, ecosystems: 1, sources: [], failed: [] },
    by: 'build',
  };
  return {
    stream: streamOf(data.target),
    events: index % 5 === 4 ? [inventoried, { type: 'advisories.updated', data: updated }] : [inventoried],
    actor: `appender ${appender}`,
    key: `${round}/${appender}/${index}`,
  };
}

/** Every request of a round. */
export function requestsOf(plan: Pick<Plan, 'round' | 'appenders' | 'each' | 'fillBytes'>): readonly AppendRequest[] {
  return Array.from({ length: plan.appenders * plan.each }, (_, at) =>
    requestOf(plan, at % plan.appenders, Math.floor(at / plan.appenders)),
  );
}

/** What the program that looks afterwards is told. */
export interface Findings {
  readonly plan: Plan;
  /** All rounds of this home, this one the last; each has been repeated but this one. */
  readonly rounds: readonly Pick<Plan, 'round' | 'appenders' | 'each' | 'fillBytes'>[];
  /** Positions that were acknowledged, in any round, by key. */
  readonly acknowledged: Readonly<Record<string, number>>;
  /** Checkpoints that were seen before the end. */
  readonly checkpoints: readonly string[];
}

/** What it answers. */
export interface Looked {
  /** What does not hold; empty when all is well. */
  readonly problems: readonly string[];
  /** Events before the requests were repeated, and after. */
  readonly before: number;
  readonly after: number;
  /** Positions of all requests by key, after the repetition. */
  readonly positions: Readonly<Record<string, number>>;
}
