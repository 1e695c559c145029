import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '#core/errors.ts';
import { facts, finding, image } from '#policy/facts/facts.fixture.ts';
import type { Facts } from '#policy/facts/facts.ts';
import { applyVex } from './apply-vex.ts';
import { readVex } from './read-vex.ts';

const PURL = 'pkg:deb/debian/openssl@3.0.1?arch=amd64&distro=debian-12.13';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const given = (): Facts =>
  facts({
    image: { state: 'collected', value: image({ digest: DIGEST }) },
    findings: {
      state: 'collected',
      value: [finding({ purl: PURL }), finding({ id: 'CVE-2026-2', aliases: [], purl: PURL })],
    },
  });

type Json = Readonly<Record<string, unknown>>;

const openVex = (statements: readonly Json[], more: Json = {}) => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.com/vex/1',
  author: 'A vendor',
  timestamp: '2026-06-01T00:00:00Z',
  version: 1,
  statements,
  ...more,
});
const one = (products: readonly unknown[], more: Json = {}) => ({
  vulnerability: { name: 'CVE-2026-1000' },
  products,
  status: 'not_affected',
  justification: 'vulnerable_code_not_present',
  ...more,
});
const IMAGE = 'pkg:oci/app?repository_url=registry.example/team/app';

function apply(document: unknown, on: Facts = given()) {
  const { facts: after, notes } = applyVex(on, readVex(JSON.stringify(document), 'v.json'));
  const { findings } = after;
  const found = findings.state === 'collected' ? findings.value : findings.state === 'failed' ? findings.partial : [];
  return { states: (found ?? []).map(({ status }) => status), found, notes };
}

function refusal(text: string): string {
  try {
    readVex(text, 'v.json');
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    expect(error).toMatchObject({ code: 'VEX_INVALID', kind: 'usage' });
    return error.message;
  }
  return 'nothing';
}

describe('OpenVEX', () => {
  it('a statement about a package changes what is said of it, and says who said so', () => {
    const { found, notes } = apply(openVex([one(['pkg:deb/debian/openssl@3.0.1'])]));
    expect(found?.map(({ status, statement }) => [status, statement])).toEqual([
      ['not_affected', 'v.json: not_affected (vulnerable_code_not_present)'],
      ['affected', null],
    ]);
    expect(notes).toEqual([
      'v.json: one finding is excused: CVE-2026-1000 not_affected (vulnerable_code_not_present).',
    ]);
  });

  it.each([
    ['without a version', ['pkg:deb/debian/openssl'], true],
    ['another version', ['pkg:deb/debian/openssl@3.0.2'], false],
    ['another name', ['pkg:deb/debian/openss'], false],
    ['another distribution', ['pkg:deb/ubuntu/openssl'], false],
    ['a qualifier that is there', ['pkg:deb/debian/openssl?arch=amd64'], true],
    ['a qualifier that is another', ['pkg:deb/debian/openssl?arch=arm64'], false],
    ['a qualifier that is not there', ['pkg:deb/debian/openssl?epoch=1'], false],
    ['a release less exactly', ['pkg:deb/debian/openssl?distro=debian-12'], true],
    ['another release', ['pkg:deb/debian/openssl?distro=debian-11'], false],
    ['a release that only begins alike', ['pkg:deb/debian/openssl?distro=debian-1'], false],
    ['the image by name', [IMAGE], true],
    ['the image by digest', [`pkg:oci/whatever@${encodeURIComponent(DIGEST)}`], true],
    ['another digest', [`pkg:oci/app@${encodeURIComponent(DIGEST.replaceAll('a', 'b'))}`], false],
    ['the image by tag', [`${IMAGE}&tag=1.4`], true],
    ['another tag', [`${IMAGE}&tag=1.5`], false],
    ['another repository', ['pkg:oci/app?repository_url=registry.example/other/app'], false],
    ['the repository without the name', ['pkg:oci/app?repository_url=registry.example/team'], true],
    ['the image by its last name', ['pkg:oci/app'], true],
    ['the image by hash', [{ '@id': 'x', hashes: { 'sha-256': 'a'.repeat(64) } }], true],
    ['the image by reference', [{ '@id': 'registry.example/team/app:1.4' }], true],
    ['the image with its package', [{ '@id': IMAGE, subcomponents: [{ '@id': 'pkg:deb/debian/openssl' }] }], true],
    ['the image with another package', [{ '@id': IMAGE, subcomponents: ['pkg:deb/debian/zlib'] }], false],
    ['another image with the package', [{ '@id': 'pkg:oci/other', subcomponents: ['pkg:deb/debian/openssl'] }], false],
    ['a package with a part', [{ '@id': 'pkg:deb/debian/openssl', subcomponents: ['pkg:npm/a'] }], false],
    ['identifiers', [{ '@id': 'x', identifiers: { purl: 'pkg:deb/debian/openssl' } }], true],
    ['no product', [], false],
  ])('products: %s', (_, products, fits) => {
    const { states, notes } = apply(openVex([one(products)]));
    expect(states[0]).toBe(fits ? 'not_affected' : 'affected');
    if (!fits) expect(notes).toEqual(['v.json: one statement fits nothing here: CVE-2026-1000 (#1).']);
  });

  it('aliases, older forms, and addresses of vulnerabilities are understood', () => {
    for (const vulnerability of [
      { name: 'GHSA-aaaa-bbbb-cccc' },
      { '@id': 'https://nvd.nist.gov/vuln/detail/CVE-2026-1000' },
      { name: 'X-1', aliases: ['CVE-2026-1000'] },
      'CVE-2026-1000',
    ]) {
      expect(apply(openVex([{ ...one(['pkg:deb/debian/openssl']), vulnerability }])).states[0]).toBe('not_affected');
    }
    const old = openVex([{ ...one([IMAGE]), subcomponents: ['pkg:deb/debian/openssl'] }], {
      '@context': 'https://openvex.dev/ns',
    });
    expect(apply(old).states[0]).toBe('not_affected');
  });

  it('the most specific statement counts, then the latest, then the last', () => {
    const at = (status: string, product: unknown, timestamp: string) => one([product], { status, timestamp });
    const wide = at('not_affected', IMAGE, '2026-06-10T00:00:00Z');
    const exact = at('affected', { '@id': IMAGE, subcomponents: [PURL] }, '2026-01-01T00:00:00Z');
    expect(apply(openVex([wide, exact])).states[0]).toBe('affected');
    expect(apply(openVex([exact, wide])).states[0]).toBe('affected');
    const early = at('under_investigation', PURL, '2026-01-01T00:00:00Z');
    const late = at('fixed', PURL, '2026-02-01T00:00:00Z');
    expect(apply(openVex([late, early])).states[0]).toBe('fixed');
    expect(apply(openVex([early, late])).states[0]).toBe('fixed');
    const versioned = at('affected', 'pkg:deb/debian/openssl@3.0.1', '2026-01-01T00:00:00Z');
    expect(apply(openVex([versioned, at('fixed', 'pkg:deb/debian/openssl', '2026-05-01T00:00:00Z')])).states[0]).toBe(
      'affected',
    );
  });

  it('findings of which only a part is known have states, too', () => {
    const { findings } = given();
    const partial = findings.state === 'collected' ? findings.value : [];
    const on = { ...given(), findings: { state: 'failed', why: 'x', partial } } as Facts;
    expect(apply(openVex([one(['pkg:deb/debian/openssl'])]), on).states).toEqual(['not_affected', 'affected']);
  });
});

describe('CSAF', () => {
  const csaf = (product_status: Json, more: Json = {}) => ({
    document: {
      category: 'csaf_vex',
      csaf_version: '2.0',
      tracking: { current_release_date: '2026-06-01T00:00:00Z' },
    },
    product_tree: {
      branches: [
        {
          category: 'vendor',
          name: 'x',
          branches: [
            {
              category: 'product_version',
              name: 'o',
              product: {
                product_id: 'openssl',
                name: 'o',
                product_identification_helper: { purl: 'pkg:deb/debian/openssl@3.0.1' },
              },
            },
            {
              category: 'product_name',
              name: 'i',
              product: { product_id: 'image', name: 'i', product_identification_helper: { purl: IMAGE } },
            },
            {
              category: 'product_name',
              name: 'os',
              product: { product_id: 'os', name: 'os', product_identification_helper: { cpe: 'cpe:/o:x:y' } },
            },
          ],
        },
      ],
      relationships: [
        {
          category: 'default_component_of',
          product_reference: 'openssl',
          relates_to_product_reference: 'image',
          full_product_name: { product_id: 'image:openssl', name: 'x' },
        },
        {
          category: 'default_component_of',
          product_reference: 'openssl',
          relates_to_product_reference: 'os',
          full_product_name: { product_id: 'os:openssl', name: 'x' },
        },
      ],
      product_groups: [{ group_id: 'g', product_ids: ['image:openssl'] }],
    },
    vulnerabilities: [{ cve: 'CVE-2026-1000', product_status, ...more }],
  });

  it.each([
    ['known_not_affected', ['openssl'], 'not_affected'],
    ['known_not_affected', ['image:openssl'], 'not_affected'],
    ['known_not_affected', ['os:openssl'], 'not_affected'],
    ['known_not_affected', ['image'], 'not_affected'],
    ['known_not_affected', ['absent'], 'affected'],
    ['fixed', ['openssl'], 'fixed'],
    ['first_fixed', ['openssl'], 'fixed'],
    ['known_affected', ['openssl'], 'affected'],
    ['under_investigation', ['openssl'], 'under_investigation'],
  ])('%s of %s: %s', (key, ids, status) => {
    expect(apply(csaf({ [key]: ids })).states[0]).toBe(status);
  });

  it('flags and threats say why, by product and by group', () => {
    const flags = [
      { label: 'component_not_present', group_ids: ['g'] },
      { label: 'other', product_ids: ['openssl'] },
    ];
    const threats = [{ category: 'impact', details: 'Not built in.', product_ids: ['image:openssl'] }];
    const { found } = apply(csaf({ known_not_affected: ['image:openssl'] }, { flags, threats }));
    expect(found?.[0]?.statement).toBe('v.json: not_affected (component_not_present: Not built in.)');
  });

  it('deep trees of branches are read without recursion', () => {
    let branch: Json = { product: { product_id: 'deep', name: 'x', product_identification_helper: { purl: PURL } } };
    for (let depth = 0; depth < 3000; depth += 1) branch = { branches: [branch] };
    const document = csaf({ fixed: ['deep'] });
    expect(apply({ ...document, product_tree: { branches: [branch] } }).states[0]).toBe('fixed');
  });
});

describe('CycloneDX', () => {
  const bom = (analysis: Json, ref: string) => ({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: 'urn:uuid:1',
    metadata: {
      timestamp: '2026-06-01T00:00:00Z',
      component: { 'bom-ref': 'app', type: 'container', name: 'app', purl: IMAGE },
    },
    components: [
      { 'bom-ref': 'lib', name: 'openssl', purl: PURL, components: [{ 'bom-ref': 'inner', purl: 'pkg:npm/a@1' }] },
    ],
    vulnerabilities: [{ id: 'GHSA-x', references: [{ id: 'CVE-2026-1000' }], analysis, affects: [{ ref }] }],
  });

  it.each([
    ['not_affected', 'lib', 'not_affected'],
    ['false_positive', 'lib', 'not_affected'],
    ['resolved', 'lib', 'fixed'],
    ['exploitable', 'lib', 'affected'],
    ['in_triage', 'lib', 'under_investigation'],
    ['not_affected', 'app', 'not_affected'],
    ['not_affected', PURL, 'not_affected'],
    ['not_affected', `urn:cdx:1/1#${encodeURIComponent(PURL)}`, 'not_affected'],
    ['not_affected', 'inner', 'affected'],
    ['not_affected', 'absent', 'affected'],
    ['something', 'lib', 'affected'],
  ])('%s of %s: %s', (state, ref, status) => {
    expect(apply(bom({ state, justification: 'code_not_reachable' }, ref)).states[0]).toBe(status);
  });
});

describe('what is no VEX', () => {
  it.each([
    ['no JSON', '{', 'it is no JSON'],
    ['a list', '[]', 'it is no document'],
    ['something else', '{"a": 1}', 'it is neither OpenVEX nor CSAF nor CycloneDX'],
    ['an SBOM without vulnerabilities', '{"bomFormat": "CycloneDX"}', 'it is neither'],
    ['a bad status', JSON.stringify(openVex([one([], { status: 'maybe' })])), 'it is no OpenVEX: statements.0.status'],
    ['a bad tree', '{"document": {"csaf_version": "2.0"}, "vulnerabilities": 1}', 'it is no CSAF: vulnerabilities'],
  ])('%s is refused', (_, text, expected) => {
    expect(refusal(text)).toContain(expected);
  });

  it('any JSON is read or refused', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('@context', 'document', 'bomFormat'), (value, key) => {
        const text = { '@context': 'openvex', document: { csaf_version: '2' }, bomFormat: 'CycloneDX' }[key];
        refusal(JSON.stringify({ [key]: text, statements: value, vulnerabilities: value, product_tree: value }));
        refusal(JSON.stringify({ [key]: text, vulnerabilities: [value], statements: [value], components: [value] }));
      }),
    );
  });
});
