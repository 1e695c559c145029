import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';

const subject = {
  volume: z.string(),
  /** What this home calls the repository, and its id. */
  repository: compiledObject({ name: z.string(), id: z.string() }),
  /** 64 hexadecimal digits. */
  snapshot: z.string(),
};

const probed = compiledObject({
  ...subject,
  probes: z.array(
    compiledObject({
      container: z.string(),
      name: z.string(),
      /** `label`, or the service's. */
      probe: z.string(),
      /** HMAC-SHA-256 of the value before, in hexadecimal; the key lies in the snapshot's manifest, so nobody else can guess it. */
      digest: z.string(),
      /** The same of the value after; null when it could not be had. */
      after: z.nullable(z.string()),
      moved: z.enum(['none', 'numbers', 'text', 'unknown']),
      /** With `numbers`: by how much each changed. */
      changes: z.optional(z.array(z.number())),
    }),
  ),
});

export type SnapshotProbed = z.infer<typeof probed>;

/** What the writers' probes answered before and after a snapshot, so that a drill can compare. No value is in it. */
export const snapshotProbed: EventDeclaration<'snapshot.probed', SnapshotProbed> = {
  type: 'snapshot.probed',
  schemaVersion: 1,
  parse: (data) => probed.parse(data),
  upcasts: [],
  summarise: ({ volume, snapshot, probes }) => ({
    subject: volume,
    outcome: 'done',
    sentence: `Before the snapshot ${snapshot.slice(0, 8)}, ${probes.map(({ name, probe }) => `${name} (${probe})`).join(', ')} said what it holds`,
  }),
};

const loaded = compiledObject({
  container: z.string(),
  outcome: z.enum(['passed', 'failed', 'unproven']),
  /** How many the server took, and of how many. */
  loaded: z.number(),
  dumps: z.number(),
  /** Of those that were fetched. */
  bytes: z.number(),
  /** From the start of the server until it answered. */
  readyMs: z.optional(z.number()),
  /** All of its dumps. */
  loadMs: z.optional(z.number()),
});

export type DumpsLoaded = z.infer<typeof loaded>;

const drilled = compiledObject({
  ...subject,
  outcome: z.enum(['passed', 'failed', 'unproven']),
  /** `files`: nothing was started. */
  probe: z.enum(['label', 'service', 'health', 'files']),
  /** Of a service's probe. */
  service: z.optional(z.string()),
  /** What was started. */
  image: z.optional(compiledObject({ reference: z.string(), id: z.string() })),
  reasons: z.array(compiledObject({ code: z.string(), message: z.string() })),
  /** Dumps and SQLite databases in it that were looked at. */
  dumps: z.number(),
  databases: z.number(),
  /** By the container that each is of: dumps that were loaded into a fresh server. Absent: there were none, or nobody tried. */
  loads: z.optional(z.array(loaded)),
  restoreMs: z.number(),
  /** From the start of the container until it answered. */
  readyMs: z.optional(z.number()),
  totalMs: z.number(),
});

export type VolumeDrilled = z.infer<typeof drilled>;

/** A snapshot was restored, started and asked what it holds. */
export const volumeDrilled: EventDeclaration<'volume.drilled', VolumeDrilled> = {
  type: 'volume.drilled',
  schemaVersion: 1,
  parse: (data) => drilled.parse(data),
  upcasts: [],
  summarise: ({ volume, snapshot, outcome, probe, service, loads = [], reasons: [reason] }) => ({
    subject: volume,
    outcome: outcome === 'passed' ? 'done' : outcome === 'failed' ? 'failed' : 'unknown',
    sentence: `Drill of snapshot ${snapshot.slice(0, 8)} (${service ?? probe}): ${outcome}${loadedText(loads)}${reason === undefined ? '' : `; ${reason.message}`}`,
  }),
};

function loadedText(loads: readonly DumpsLoaded[]): string {
  const [loaded, dumps] = [
    loads.reduce((sum, one) => sum + one.loaded, 0),
    loads.reduce((sum, one) => sum + one.dumps, 0),
  ];
  return dumps === 0 ? '' : `, ${loaded} of ${dumps} dumps loaded`;
}
