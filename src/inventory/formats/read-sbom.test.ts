import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeCycloneDx } from '#inventory/formats/cyclonedx/write.ts';
import { anySbomInput } from '#inventory/formats/inventory.fixture.ts';
import { writeSpdx } from '#inventory/formats/spdx/write.ts';
import { runs } from '../../../test/harness/runs.ts';
import { readSbom } from './read-sbom.ts';

function read(document: unknown) {
  return readSbom(Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)));
}

function codeOf(document: unknown): unknown {
  try {
    read(document);
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
}

function bom(components: readonly object[], rest: object = {}) {
  return { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components, ...rest };
}

function props(values: Readonly<Record<string, string>>) {
  return { properties: Object.entries(values).map(([name, value]) => ({ name, value })) };
}

function spdx(packages: readonly object[], rest: object = {}) {
  return { spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', name: 'x', packages, ...rest };
}

function purlRef(referenceLocator: string) {
  return { externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator }] };
}

describe.each([
  ['CycloneDX', writeCycloneDx],
  ['SPDX', writeSpdx],
])('of our own in %s', (_, write) => {
  it('gives back the packages, the system, the base and the problems that were written', () => {
    fc.assert(
      fc.property(anySbomInput, (input) => {
        const { os, packages, repositories, base, problems } = input.inventory;
        const sbom = read([...write(input)].join(''));

        expect(sbom.packages).toEqual(packages);
        expect(sbom.os).toEqual(os);
        expect(sbom.repositories).toEqual(repositories);
        expect(sbom.base).toEqual(base);
        expect(sbom.problems).toEqual(problems);
      }),
      { numRuns: runs(60) },
    );
  });
});

it('reads what Trivy writes in CycloneDX: source, epoch, layer, path, and the system', () => {
  const diffId = `sha256:${'1'.repeat(64)}`;
  const image = props({ 'aquasecurity:trivy:DiffID': diffId });
  const sbom = read(
    bom(
      [
        {
          type: 'operating-system',
          name: 'debian',
          version: '12.5',
          ...props({ 'aquasecurity:trivy:Type': 'debian' }),
        },
        { type: 'application', name: 'app/package-lock.json', ...props({ 'aquasecurity:trivy:Type': 'npm' }) },
        {
          type: 'library',
          name: 'login',
          version: '4.13+dfsg1-1+b1',
          supplier: { name: 'Shadow <shadow@lists.example>' },
          licenses: [{ license: { name: 'BSD-3-Clause' } }, { expression: 'MIT OR ISC' }],
          purl: 'pkg:deb/debian/login@4.13%2Bdfsg1-1%2Bb1?arch=amd64&distro=debian-12.5&epoch=1',
          ...props({
            'aquasecurity:trivy:SrcName': 'shadow',
            'aquasecurity:trivy:SrcEpoch': '1',
            'aquasecurity:trivy:SrcVersion': '4.13+dfsg1',
            'aquasecurity:trivy:SrcRelease': '1',
            'aquasecurity:trivy:LayerDiffID': diffId,
          }),
        },
        ...['a', 'b'].map((path) => ({
          type: 'library',
          group: '@babel',
          name: 'core',
          version: '7.0.0',
          purl: 'pkg:npm/%40babel/core@7.0.0',
          ...props({ 'aquasecurity:trivy:FilePath': path }),
        })),
      ],
      { metadata: { component: { type: 'container', name: 'app:1', ...image }, tools: [{ name: 'trivy' }] } },
    ),
  );
  expect(sbom.about).toEqual({ format: 'cyclonedx', specVersion: '1.5', tools: ['trivy'], subject: 'app:1' });
  expect(sbom.os).toMatchObject({ id: 'debian', versionId: '12' });
  expect(sbom.problems).toEqual([]);
  expect(sbom.packages).toMatchObject([
    {
      type: 'deb',
      name: 'login',
      version: '1:4.13+dfsg1-1+b1',
      source: { name: 'shadow', version: '1:4.13+dfsg1-1' },
      vendor: 'Shadow <shadow@lists.example>',
      licences: ['BSD-3-Clause', 'MIT OR ISC'],
      architecture: 'amd64',
      layer: { index: 0, diffId },
      evidence: 'installed',
    },
    { type: 'npm', name: '@babel/core', version: '7.0.0', locations: ['a', 'b'] },
  ]);
});

it('reads what Syft writes in CycloneDX: upstream qualifiers, distribution properties, locations', () => {
  const sbom = read(
    bom([
      {
        type: 'operating-system',
        name: 'Alpine Linux',
        version: '3.19.1',
        ...props({
          'syft:distro:id': 'alpine',
          'syft:distro:versionID': '3.19.1',
          'syft:distro:prettyName': 'Alpine Linux v3.19',
          'syft:distro:idLike:0': 'x',
        }),
      },
      { type: 'file', name: '/etc/passwd' },
      {
        type: 'library',
        name: 'libcrypto3',
        version: '3.1.4-r5',
        purl: 'pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=x86_64&distro=alpine-3.19.1&upstream=openssl',
        ...props({ 'syft:location:0:path': '/lib/apk/db/installed', 'syft:location:0:layerID': 'sha256:x' }),
      },
      {
        type: 'library',
        name: 'tzdata',
        version: '2020a-0+deb10u1',
        purl: 'pkg:deb/debian/tzdata@2020a-0%2Bdeb10u1',
        ...props({ 'syft:metadata:source': 'tzdata-dev', 'syft:metadata:sourceVersion': '1.0' }),
      },
      {
        type: 'library',
        name: 'bash',
        version: '0:5.1.8-9.el9',
        purl: 'pkg:rpm/rhel/bash@5.1.8-9.el9?upstream=bash-5.1.8-9.el9.src.rpm',
      },
      {
        type: 'library',
        name: 'example.com/A/mod/v2',
        version: 'v2.1.0',
        purl: 'pkg:golang/example.com/a/mod@v2.1.0#v2',
      },
      { type: 'library', name: 'stdlib', version: 'go1.21.3', purl: 'pkg:golang/stdlib@1.21.3' },
      { type: 'library', group: 'org.x', name: 'y', version: '1', purl: 'pkg:maven/org.x/y@1' },
    ]),
  );
  expect(sbom.os).toEqual({ id: 'alpine', versionId: '3.19.1', name: 'Alpine Linux v3.19', idLike: ['x'] });
  expect(sbom.packages.map(({ name, version, source }) => [name, version, source?.name, source?.version])).toEqual([
    ['libcrypto3', '3.1.4-r5', 'openssl', '3.1.4-r5'],
    ['tzdata', '2020a-0+deb10u1', 'tzdata-dev', '1.0'],
    ['example.com/A/mod/v2', 'v2.1.0', undefined, undefined],
    ['stdlib', '1.21.3', undefined, undefined],
    ['org.x:y', '1', undefined, undefined],
    ['bash', '0:5.1.8-9.el9', 'bash', '5.1.8-9.el9'],
  ]);
  expect(sbom.packages[0]?.locations).toEqual(['lib/apk/db/installed']);
});

it('reads SPDX of Trivy and Syft: the system, sources, suppliers, licences by reference', () => {
  const sbom = read(
    spdx(
      [
        {
          SPDXID: 'SPDXRef-Image',
          name: 'app',
          primaryPackagePurpose: 'CONTAINER',
          ...purlRef('pkg:oci/app@sha256:1'),
        },
        { SPDXID: 'SPDXRef-OS', name: 'redhat', versionInfo: '9.3', primaryPackagePurpose: 'OPERATING-SYSTEM' },
        { SPDXID: 'SPDXRef-App', name: 'node-pkg', primaryPackagePurpose: 'APPLICATION' },
        {
          SPDXID: 'SPDXRef-1',
          name: 'openssl-libs',
          versionInfo: '3.0.7-25.el9_3',
          supplier: 'Organization: Red Hat, Inc.',
          sourceInfo: 'built package from: openssl 1:3.0.7-25.el9_3',
          licenseDeclared: 'LicenseRef-1',
          ...purlRef('pkg:rpm/redhat/openssl-libs@3.0.7-25.el9_3?arch=x86_64&distro=redhat-9.3&epoch=1'),
        },
        { SPDXID: 'SPDXRef-2', name: 'loose', versionInfo: '1' },
        { SPDXID: 'SPDXRef-3', name: 'bare', ...purlRef('pkg:npm/bare') },
      ],
      {
        relationships: [
          { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-Image' },
          { spdxElementId: 'SPDXRef-1', relationshipType: 'CONTAINS', relatedSpdxElement: 'SPDXRef-1' },
        ],
        hasExtractedLicensingInfos: [{ licenseId: 'LicenseRef-1', name: 'ASL 2.0', extractedText: 'ASL 2.0' }],
        creationInfo: { created: '2026-01-01T00:00:00Z', creators: ['Organization: x', 'Tool: syft-1.0'] },
      },
    ),
  );
  expect(sbom.about).toMatchObject({ specVersion: '2.3', tools: ['syft-1.0'], createdAt: '2026-01-01T00:00:00Z' });
  expect(sbom.os).toMatchObject({ id: 'rhel', versionId: '9.3' });
  expect(sbom.packages).toMatchObject([
    { name: 'bare', version: '', evidence: 'unreliable' },
    {
      name: 'openssl-libs',
      version: '1:3.0.7-25.el9_3',
      source: { name: 'openssl', version: '3.0.7-25.el9_3' },
      vendor: 'Red Hat, Inc.',
      licences: ['ASL 2.0'],
    },
  ]);
  expect(sbom.problems.map(({ code }) => code)).toEqual(['SBOM_NO_PURL', 'SBOM_NO_VERSION']);
});

it('takes the distribution from package URLs where no component names it', () => {
  const one = (purl: string) => read(bom([{ type: 'library', name: 'a', version: '1', purl }])).os;
  expect(one('pkg:deb/debian/a@1?distro=debian-12.5')).toMatchObject({ id: 'debian', versionId: '12' });
  expect(one('pkg:apk/alpine/a@1?distro=3.15.0')).toMatchObject({ id: 'alpine', versionId: '3.15.0' });
  expect(one('pkg:deb/debian/a@1?distro=bookworm')).toMatchObject({ id: 'debian', versionId: '12' });
  expect(one('pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.5')).toMatchObject({
    id: 'opensuse-leap',
    versionId: '15.5',
  });
  expect(one('pkg:rpm/amazon/a@1?distro=amazon-2023.3.20240108%20(Amazon%20Linux)')).toMatchObject({
    id: 'amzn',
    versionId: '2023',
  });
  expect(one('pkg:npm/a@1')).toBeUndefined();
});

it('reads nested components, and goes by what is there, not by references', () => {
  const inner = { type: 'library', name: 'b', version: '1', purl: 'pkg:npm/b@1', 'bom-ref': 'b' };
  const outer = { type: 'library', components: [inner], name: 'a', version: '1', purl: 'pkg:npm/a@1', 'bom-ref': 'a' };
  const dependencies = [
    { ref: 'a', dependsOn: ['b'] },
    { ref: 'b', dependsOn: ['a'] },
  ];
  expect(read(bom([outer], { dependencies })).packages.map(({ name }) => name)).toEqual(['a', 'b']);
});

it('counts packages without a usable package URL', () => {
  const broken = ['pkg:npm/a b@1', 'npm/a', 'pkg:npm/%zz@1', ''].map((purl) => ({ type: 'library', name: 'a', purl }));
  const sbom = read(bom([...broken, { type: 'library', name: 'none' }, { type: 'data', name: 'other' }]));
  expect(sbom.packages).toEqual([]);
  expect(sbom.problems).toMatchObject([{ code: 'SBOM_NO_PURL', message: expect.stringContaining('5 packages') }]);
});

it('refuses what is no SBOM it knows, and what is broken', () => {
  expect(codeOf({})).toBe('SBOM_UNKNOWN_FORMAT');
  expect(codeOf([])).toBe('SBOM_UNKNOWN_FORMAT');
  expect(codeOf({ artifacts: [], schema: {} })).toBe('SBOM_UNKNOWN_FORMAT');
  expect(codeOf(bom([], { specVersion: '2.0' }))).toBe('SBOM_UNKNOWN_FORMAT');
  expect(codeOf({ ...spdx([]), spdxVersion: 'SPDX-3.0' })).toBe('SBOM_UNKNOWN_FORMAT');
  expect(codeOf('')).toBe('SBOM_INVALID');
  expect(codeOf('<?xml version="1.0"?>')).toBe('SBOM_UNKNOWN_FORMAT');
  expect(codeOf('SPDXVersion: SPDX-2.3\n')).toBe('SBOM_UNKNOWN_FORMAT');
  expect(codeOf(JSON.stringify(bom([{ type: 'library', name: 'a' }])).slice(0, -3))).toBe('SBOM_INVALID');
  expect(codeOf(`{"bomFormat":"CycloneDX","components":${'[{"components":'.repeat(5000)}`)).toBe('SBOM_INVALID');
});

it('ends with a coded error or an answer, whatever the document holds', () => {
  const codes = ['SBOM_INVALID', 'SBOM_UNKNOWN_FORMAT', undefined];
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('pkg:deb/debian/a@1?distro=x-1', 'LicenseRef-1'));
  const names = ['type', 'name', 'purl', 'version', 'licenses', 'properties', 'evidence', 'components', 'externalRefs'];
  const part = fc.dictionary(fc.constantFrom(...names, 'annotations', 'attributionTexts', 'supplier'), value);
  const keys = ['metadata', 'components', 'packages', 'relationships', 'creationInfo', 'hasExtractedLicensingInfos'];
  const document = fc.dictionary(fc.constantFrom(...keys), fc.oneof(value, part, fc.array(part)));
  fc.assert(
    fc.property(document, fc.boolean(), fc.nat(), (rest, cyclonedx, cut) => {
      const made = cyclonedx ? { ...bom([]), ...rest } : { ...spdx([]), ...rest };
      const text = JSON.stringify(made);
      expect(codes).toContain(codeOf(text));
      expect(codes).toContain(codeOf(text.slice(0, cut % text.length)));
    }),
    { numRuns: runs(60) },
  );
});
