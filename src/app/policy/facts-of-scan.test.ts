import { describe, expect, it } from 'vitest';
import type { Problem } from '#core/errors.ts';
import type { ImageConfig } from '#core/oci/config.ts';
import type { ImageDescription } from '#image/image.ts';
import { factsSchema } from '#policy/facts/facts.ts';
import type { ImageFacts } from '#policy/facts/image-facts.ts';
import type { ScanReportInput } from '#report/scan-report.ts';
import { factsOfScan } from './facts-of-scan.ts';

const NOW = new Date('2026-06-15T00:00:00Z');
const CONFIG: ImageConfig = { os: 'linux', architecture: 'amd64', labels: {}, diffIds: [], history: [] };

function report(own: {
  readonly description?: Partial<ImageDescription>;
  readonly config?: Partial<ImageConfig>;
  readonly problems?: readonly Problem[];
  readonly advisories?: ScanReportInput['advisories'];
}): ScanReportInput {
  const description: ImageDescription = {
    kind: 'registry',
    reference: 'registry.example/app:1',
    verified: 'digests',
    config: { ...CONFIG, ...own.config },
    annotations: {},
    tags: [],
    problems: [],
    ...own.description,
  };
  return {
    tool: { name: 'holdfast', version: '0' },
    createdAt: NOW.toISOString(),
    advisories:
      'advisories' in own
        ? own.advisories
        : { kind: 'full', builtAt: NOW.toISOString(), records: 1, ecosystems: {}, sources: [] },
    description,
    inventory: {
      repositories: [],
      packages: [],
      base: { layers: 0, method: 'none' },
      problems: own.problems ?? [],
      catalogers: [],
    },
    findings: { findings: [], coverage: [], absences: [] },
    layers: 1,
    leftOut: [],
  };
}

const of = (given: ScanReportInput) => factsOfScan(given, { now: NOW, environment: undefined });

function imageOf(given: ScanReportInput): ImageFacts {
  const { image } = of(given);
  if (image.state !== 'collected') throw new Error(image.state);
  return image.value;
}

describe('factsOfScan', () => {
  it.each([
    [undefined, true],
    ['', true],
    ['0', true],
    ['00', true],
    ['+0', true],
    ['root', true],
    ['0:0', true],
    ['root:staff', true],
    [':1000', true],
    ['1000', false],
    ['1000:0', false],
    ['1000:root', false],
    ['app', null],
    ['Root', null],
    ['0x0', null],
  ])('the user %s is root: %s', (user, root) => {
    expect(imageOf(report({ config: user === undefined ? {} : { user } })).root).toBe(root);
  });

  it('a name is root when the image’s list of users says so, and no guess where it does not have it', () => {
    const root = (user: string, listed?: { readonly name: string; readonly uid: number }) => {
      const given = report({ config: { user } });
      const inventory = { ...given.inventory, ...(listed === undefined ? {} : { user: listed }) };
      return imageOf({ ...given, inventory }).root;
    };
    expect(root('app:staff', { name: 'app', uid: 1000 })).toBe(false);
    expect(root('toor', { name: 'toor', uid: 0 })).toBe(true);
    expect(root('root', { name: 'root', uid: 1000 })).toBe(false);
    expect(root('app', { name: 'other', uid: 1000 })).toBe(null);
    expect(root('0', { name: '0', uid: 1000 })).toBe(true);
  });

  it('says how large it is and how it starts; null where that is not known', () => {
    const config = { entrypoint: ['/app'], command: ['--now'], ports: ['80/tcp'], volumes: ['/data'] };
    expect(imageOf(report({ config, description: { size: { bytes: 7, of: 'compressed' } } }))).toMatchObject({
      ...config,
      ...{ sizeBytes: 7, sizeOf: 'compressed' },
    });
    expect(imageOf(report({}))).toMatchObject({ sizeBytes: null, sizeOf: null, entrypoint: [], ports: [] });
    const { config: _, ...without } = report({}).description;
    expect(imageOf({ ...report({}), description: without })).toMatchObject({
      user: null,
      entrypoint: null,
      ports: null,
    });
  });

  it.each([
    [undefined, null],
    ['0001-01-01T00:00:00Z', null],
    ['1970-01-01T00:00:00Z', null],
    ['1980-01-01T00:00:01Z', null],
    ['2999-01-01T00:00:00Z', null],
    ['yesterday', null],
    ['2026-06-01T12:00:00.123456789+02:00', '2026-06-01T10:00:00.123Z'],
  ])('what was created %s was created %s', (created, expected) => {
    expect(imageOf(report({ config: created === undefined ? {} : { created } })).created).toBe(expected);
  });

  it.each([
    ['registry', 'registry.example/app:1', 'registry.example', 'app', '1', false],
    ['registry', `docker.io/library/app@sha256:${'a'.repeat(64)}`, 'docker.io', 'library/app', null, true],
    ['docker', 'app', 'docker.io', 'library/app', 'latest', false],
    ['docker', `sha256:${'a'.repeat(64)}`, null, null, null, false],
    ['docker', 'a'.repeat(12), null, null, null, false],
    ['docker-archive', 'app.tar', null, null, null, false],
    ['container', 'web (app:1)', null, null, null, false],
  ])('%s %s is of %s', (kind, reference, registry, repository, tag, pinned) => {
    expect(imageOf(report({ description: { kind, reference } }))).toMatchObject({ registry, repository, tag, pinned });
  });

  it('a directory, a file system and an SBOM are no images', () => {
    for (const kind of ['dir', 'rootfs', 'sbom'])
      expect(of(report({ description: { kind, reference: 'x' } })).image.state).toBe('not-collected');
  });

  it('any problem makes what was found a part, but those that can hide no package', () => {
    const states = (problem: Problem) => {
      const { findings, packages, coverage } = of(report({ problems: [problem] }));
      return [findings.state, packages.state, coverage.state];
    };
    const failed = ['failed', 'failed', 'failed'];
    expect(states({ code: 'TAR_TRUNCATED', message: 'x' })).toEqual(failed);
    expect(states({ code: 'SOMETHING_NEW', message: 'x' })).toEqual(failed);
    expect(states({ code: 'MOUNT_LEFT_OUT', message: 'x', path: '/srv' })).toEqual(failed);
    expect(states({ code: 'RPM_FILE_LIST', message: 'x' })).toEqual(['collected', 'collected', 'collected']);
    const licence = { code: 'FILE_TOO_LARGE', message: 'x', path: 'usr/share/doc/a/copyright' };
    expect(states(licence)).toEqual(['collected', 'failed', 'collected']);
    expect(states({ ...licence, path: 'var/lib/dpkg/status' })).toEqual(failed);
  });

  it('without advisories findings were not looked for', () => {
    expect(of(report({ advisories: undefined })).findings.state).toBe('not-collected');
  });

  it('what an image says of itself is bounded, and fits the schema', () => {
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`l${n}\ud800`, 'x'.repeat(5000)]));
    const facts = of(report({ config: { labels }, description: { reference: '\ud800'.repeat(2000) } }));
    expect(factsSchema.parse(JSON.parse(JSON.stringify(facts)))).toEqual(facts);
    expect(JSON.stringify(facts).length).toBeLessThan(300_000);
    expect(JSON.stringify(facts)).not.toContain('\\ud800');
  });
});
