import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anySbomInput } from '#inventory/formats/inventory.fixture.ts';
import type { SbomInput } from '#inventory/formats/sbom-input.ts';
import { writeCycloneDx } from './write.ts';

function schema(name: string): object {
  const folder = '../../../../node_modules/@cyclonedx/cyclonedx-library/res/schema/';
  return JSON.parse(readFileSync(new URL(folder + name, import.meta.url), 'utf8')) as object;
}

const ajv = new Ajv({ strict: false, allErrors: true, formats: { 'iri-reference': true, 'idn-email': true } });
formats.default(ajv);
for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
  ajv.addSchema(schema(`${name}.SNAPSHOT.schema.json`), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
}
const valid = ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'));

function write(input: SbomInput): string {
  return [...writeCycloneDx(input)].join('');
}

const SMALL: SbomInput = {
  tool: { name: 'holdfast', version: '0.1.0' },
  createdAt: '2026-01-02T03:04:05Z',
  description: {
    kind: 'registry',
    reference: 'registry.example/team/app:1',
    verified: 'digests',
    annotations: {},
    tags: [],
    problems: [],
  },
  inventory: {
    os: { id: 'debian', versionId: '12', name: 'Debian GNU/Linux 12 (bookworm)', idLike: [] },
    repositories: [],
    packages: [
      {
        type: 'deb',
        name: 'libc6',
        version: '2.36-9',
        purl: 'pkg:deb/debian/libc6@2.36-9?arch=amd64',
        source: { name: 'glibc', version: '2.36-9' },
        licences: ['LGPL-2.1-or-later', 'GFDL-1.3'],
        evidence: 'installed',
        locations: ['var/lib/dpkg/status'],
      },
    ],
    base: { layers: 0, method: 'none' },
    problems: [],
    catalogers: [],
  },
};

it('writes components with licences, evidence and properties', () => {
  const document = JSON.parse(write(SMALL)) as { components: object[]; dependencies: object[]; compositions?: object };
  expect(document.components[0]).toMatchObject({ type: 'operating-system', name: 'debian', version: '12' });
  expect(document.components[1]).toEqual({
    type: 'library',
    'bom-ref': 'pkg:deb/debian/libc6@2.36-9?arch=amd64',
    name: 'libc6',
    version: '2.36-9',
    licenses: [{ license: { id: 'LGPL-2.1-or-later' } }, { license: { name: 'GFDL-1.3' } }],
    purl: 'pkg:deb/debian/libc6@2.36-9?arch=amd64',
    evidence: { occurrences: [{ location: 'var/lib/dpkg/status' }] },
    properties: [
      { name: 'holdfast:evidence', value: 'installed' },
      { name: 'holdfast:source:name', value: 'glibc' },
      { name: 'holdfast:source:version', value: '2.36-9' },
    ],
  });
  expect(document.dependencies).toEqual([{ ref: 'root', dependsOn: ['os', 'pkg:deb/debian/libc6@2.36-9?arch=amd64'] }]);
  expect(document.compositions).toBeUndefined();
});

it('says that an inventory with problems is incomplete', () => {
  const problems = [{ code: 'TAR_TRUNCATED', message: 'cut' }];
  const document = JSON.parse(write({ ...SMALL, inventory: { ...SMALL.inventory, problems } })) as object;
  expect(document).toMatchObject({ compositions: [{ aggregate: 'incomplete', assemblies: ['root'] }] });
});

it('gives the same bytes for the same input, and another serial number for another', () => {
  expect(write(SMALL)).toBe(write(SMALL));
  const serial = (input: SbomInput) => (JSON.parse(write(input)) as { serialNumber: string }).serialNumber;
  expect(serial({ ...SMALL, createdAt: '2026-01-02T03:04:06Z' })).not.toBe(serial(SMALL));
});

it('is valid against the official schema, whatever names and texts hold', () => {
  fc.assert(
    fc.property(anySbomInput, (input) => {
      valid(JSON.parse(write(input)));
      expect(valid.errors).toBeNull();
    }),
    { numRuns: 60 },
  );
});

it('writes text that UTF-8 can hold, also for lone surrogates', () => {
  const [first] = SMALL.inventory.packages;
  const odd = { ...(first as NonNullable<typeof first>), licences: ['\ud800'], purl: 'pkg:deb/\udfff' };
  const text = write({ ...SMALL, inventory: { ...SMALL.inventory, packages: [odd] } });
  expect(text).not.toMatch(/\\ud[89a-f]/i);
  expect(text.isWellFormed()).toBe(true);
  valid(JSON.parse(text));
  expect(valid.errors).toBeNull();
});
