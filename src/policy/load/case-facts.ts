import * as z from 'zod/mini';
import { SEVERITIES } from '#core/severity.ts';
import { type FactName, type Facts, factsSchema } from '#policy/facts/facts.ts';
import { findingFacts } from '#policy/facts/finding-facts.ts';
import { imageFacts } from '#policy/facts/image-facts.ts';
import { dataFacts } from '#policy/facts/run-facts.ts';

const FACTS = Object.keys(factsSchema.shape).filter((name) => name !== 'version' && name !== 'subject') as FactName[];
const factNames = z.optional(z.array(z.enum(FACTS as [FactName, ...FactName[]])));

const packageShape = z.partial(
  z.strictObject({
    name: z.string(),
    version: z.string(),
    type: z.string(),
    purl: z.string(),
    owner: z.enum(['base', 'app', 'unknown']),
    licences: z.array(z.string()),
  }),
);

const runReason = z.strictObject({
  rule: z.string(),
  severity: z.enum(SEVERITIES),
  sentence: z.optional(z.string()),
  fix: z.optional(z.string()),
});

/** What a case says of its subject. All that it does not say is as it should be. */
export const givenShape = z.strictObject({
  image: z.optional(z.partial(z.strictObject(imageFacts.shape))),
  findings: z.optional(z.array(z.partial(z.strictObject(findingFacts.shape))).check(z.maxLength(1000))),
  packages: z.optional(z.array(packageShape).check(z.maxLength(1000))),
  coverage: z.optional(
    z.array(
      z.strictObject({
        subject: z.string(),
        state: z.enum(['covered', 'not-affected', 'no-data', 'stale', 'not-comparable', 'not-collected', 'failed']),
        packages: z.int(),
      }),
    ),
  ),
  workload: z.optional(
    z.array(z.partial(z.strictObject({ name: z.string(), reasons: z.array(runReason) }))).check(z.maxLength(1000)),
  ),
  data: z.optional(z.array(z.partial(z.strictObject(dataFacts.shape))).check(z.maxLength(1000))),
  advisories: z.optional(z.strictObject({ builtAt: z.string() })),
  failed: factNames,
  notCollected: factNames,
});

export type Given = z.infer<typeof givenShape>;

const NEVER = { state: 'not-collected', why: 'this program does not collect it' } as const;
const NOT_JUDGED = { state: 'not-collected', why: 'the case does not give it' } as const;

/** Whole facts of what a case says: around it, an image in which nothing is wrong. */
export function factsOfGiven(given: Given, environment: string | null, now: number): Facts {
  const today = new Date(now).toISOString();
  const reference = given.image?.reference ?? 'registry.example/app:1.0';
  const facts: Facts = {
    version: 1,
    subject: {
      kind: given.workload === undefined && given.data === undefined ? 'image' : 'workload',
      name: reference,
      environment,
    },
    image: {
      state: 'collected',
      value: {
        ...{ reference, registry: 'registry.example', repository: 'app', tag: '1.0', pinned: false },
        ...{ digest: `sha256:${'0'.repeat(64)}`, imageId: null, platform: 'linux/amd64', created: today, layers: 1 },
        ...{ sizeBytes: null, sizeOf: null, entrypoint: [], command: [], ports: [], volumes: [] },
        ...{ user: '1000', root: false, labels: {}, base: null, os: null, verified: 'digests' },
        ...said(given.image ?? {}),
      },
    },
    packages: {
      state: 'collected',
      value: (given.packages ?? []).map((own) => {
        const { name = 'example', version = '1.0', type = 'npm' } = own;
        const purl = `pkg:${type}/${name}@${version}`;
        return { name, version, type, purl, owner: 'app', licences: [], ...said(own) };
      }),
    },
    findings: { state: 'collected', value: (given.findings ?? []).map((own, index) => findingOf(own, index, today)) },
    coverage: {
      state: 'collected',
      value: (given.coverage ?? [{ subject: 'npm', state: 'covered' as const, packages: 1 }]).map((line) => ({
        ...line,
        reason: 'as the case says',
      })),
    },
    advisories: {
      state: 'collected',
      value: { kind: 'full', builtAt: given.advisories?.builtAt ?? today, records: 1 },
    },
    sbom: { state: 'collected', value: { format: 'cyclonedx', attached: null } },
    ...runOf(given),
    ...{ secrets: NEVER, malware: NEVER, trust: NEVER },
  };
  for (const name of given.failed ?? []) {
    const fact = facts[name];
    const part = fact.state === 'collected' ? { partial: fact.value } : {};
    Object.assign(facts, { [name]: { state: 'failed', why: 'as the case says', ...part } });
  }
  for (const name of given.notCollected ?? [])
    Object.assign(facts, { [name]: { state: 'not-collected', why: 'as the case says' } });
  return facts;
}

/** How it is run is judged only where the case says something of it. */
function runOf({ workload, data }: Given): Pick<Facts, 'workload' | 'data'> {
  return {
    workload:
      workload === undefined
        ? NOT_JUDGED
        : {
            state: 'collected',
            value: workload.map(({ name = 'container/example', reasons = [] }) => ({
              name,
              reasons: reasons.map(({ rule, severity, sentence = `${rule} does not hold.`, fix = null }) => ({
                ...{ rule, severity, sentence, fix },
              })),
            })),
          },
    data:
      data === undefined
        ? NOT_JUDGED
        : {
            state: 'collected',
            value: data.map((own) => ({
              ...{ name: 'example', containers: ['example'], lastSnapshot: null, method: null, lastDrill: null },
              ...{ schedule: null, writersTrusted: null, ...said(own) },
            })),
          },
  };
}

type GivenFinding = NonNullable<Given['findings']>[number];

function findingOf(own: GivenFinding, index: number, today: string) {
  const { package: name = 'example', version = '1.0', type = 'npm', fixable } = own;
  const fixedVersions = own.fixedVersions ?? (fixable === true ? ['1.1'] : []);
  return {
    ...{ id: `CVE-2000-${1000 + index}`, aliases: [], package: name, version, type },
    ...{ purl: `pkg:${type}/${name}@${version}`, owner: 'app' as const, severity: 'high' as const, score: null },
    ...{ fixState: null, knownExploited: false, knownExploitedSince: null, epss: null, published: today, fixed: null },
    ...{ firstSeen: null, status: 'affected' as const, statement: null, location: null, layer: null },
    ...said(own),
    ...{ fixedVersions, fixable: fixable ?? fixedVersions.length > 0 },
  };
}

/** Only what was said. */
function said<T extends object>(own: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
