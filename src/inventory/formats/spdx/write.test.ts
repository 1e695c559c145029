import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anySbomInput } from '#inventory/formats/inventory.fixture.ts';
import type { SbomInput } from '#inventory/formats/sbom-input.ts';
import { runs } from '../../../../test/harness/runs.ts';
import { writeSpdx } from './write.ts';

const text = { type: 'string' } as const;
const id = { type: 'string', pattern: '^SPDXRef-[A-Za-z0-9.-]+$' } as const;

function strict(required: Record<string, object>, optional: Record<string, object> = {}): object {
  const properties = { ...required, ...optional };
  return { type: 'object', required: Object.keys(required), properties, additionalProperties: false };
}

function list(items: object, minItems = 0): object {
  return { type: 'array', items, minItems };
}

const annotation = strict({
  annotationDate: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$' },
  annotationType: { enum: ['OTHER', 'REVIEW'] },
  annotator: { type: 'string', pattern: '^(Tool|Person|Organization): .' },
  comment: text,
});
const expression = '(LicenseRef-[A-Za-z0-9.-]+|[A-Za-z0-9.+()-]+)';

/**
 * The members of SPDX 2.3 documents that are written, with their rules: those of its JSON schema, which no package that
 * could be a dependency carries (every member here was compared with it: same names, same types, same required ones, no
 * others allowed), and those that stand in the specification's text (6 to 12) alone.
 */
const schema = strict(
  {
    spdxVersion: { const: 'SPDX-2.3' },
    dataLicense: { const: 'CC0-1.0' },
    SPDXID: { const: 'SPDXRef-DOCUMENT' },
    name: text,
    documentNamespace: { type: 'string', pattern: '^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' },
    creationInfo: strict({
      created: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$' },
      creators: list({ type: 'string', pattern: '^Tool: .+-.+$' }, 1),
    }),
    packages: list(
      strict(
        { SPDXID: id, name: text, downloadLocation: { const: 'NOASSERTION' } },
        {
          versionInfo: text,
          supplier: { type: 'string', pattern: '^(NOASSERTION|Organization: [^\\n]+)$' },
          filesAnalyzed: { const: false },
          sourceInfo: text,
          summary: text,
          licenseConcluded: { const: 'NOASSERTION' },
          licenseDeclared: { type: 'string', pattern: `^${expression}( (AND|OR|WITH) ${expression})*$` },
          copyrightText: { const: 'NOASSERTION' },
          externalRefs: list(
            strict({
              referenceCategory: { enum: ['OTHER', 'PERSISTENT-ID', 'SECURITY', 'PACKAGE-MANAGER'] },
              referenceType: { const: 'purl' },
              referenceLocator: { type: 'string', pattern: '^pkg:[!-~]+$' },
            }),
          ),
          checksums: list(strict({ algorithm: { enum: ['SHA256', 'SHA384', 'SHA512'] }, checksumValue: text })),
          primaryPackagePurpose: { enum: ['LIBRARY', 'CONTAINER'] },
          annotations: list(annotation),
        },
      ),
      1,
    ),
    relationships: list(
      strict({ spdxElementId: id, relationshipType: { enum: ['DESCRIBES', 'CONTAINS'] }, relatedSpdxElement: id }),
      1,
    ),
  },
  {
    hasExtractedLicensingInfos: list(
      strict({
        licenseId: { type: 'string', pattern: '^LicenseRef-[A-Za-z0-9.-]+$' },
        name: text,
        extractedText: text,
      }),
    ),
  },
);
const valid = new Ajv({ strict: false, allErrors: true }).compile(schema);

interface Spdx {
  readonly documentNamespace: string;
  readonly packages: readonly { readonly SPDXID: string; readonly licenseDeclared?: string }[];
  readonly relationships: readonly { readonly spdxElementId: string; readonly relatedSpdxElement: string }[];
  readonly hasExtractedLicensingInfos?: readonly { readonly licenseId: string }[];
}

function write(input: SbomInput): string {
  return [...writeSpdx(input)].join('');
}

it('keeps the rules of SPDX 2.3, whatever names and texts hold', () => {
  fc.assert(
    fc.property(anySbomInput, (input) => {
      const document = JSON.parse(write(input)) as Spdx;
      valid(document);
      expect(valid.errors).toBeNull();
      const ids = document.packages.map(({ SPDXID }) => SPDXID);
      expect(new Set(ids).size).toBe(ids.length);
      const known = new Set([...ids, 'SPDXRef-DOCUMENT']);
      const ends = document.relationships.flatMap((one) => [one.spdxElementId, one.relatedSpdxElement]);
      expect(ends.filter((end) => !known.has(end))).toEqual([]);
      expect(new Set(ends)).toEqual(known);
      const named = new Set(document.hasExtractedLicensingInfos?.map(({ licenseId }) => licenseId));
      const used = document.packages.flatMap((one) => one.licenseDeclared?.match(/LicenseRef-[0-9a-f]+/g) ?? []);
      expect(new Set(used)).toEqual(named);
    }),
    { numRuns: runs(30) },
  );
});

it('gives the same bytes for the same input, and another namespace for another', () => {
  const [input, other] = fc.sample(anySbomInput, { numRuns: 2, seed: 7 });
  if (input === undefined || other === undefined) throw new Error('no samples');
  expect(write(input)).toBe(write(input));
  const namespace = (of: SbomInput) => (JSON.parse(write(of)) as Spdx).documentNamespace;
  expect(namespace(input)).not.toBe(namespace(other));
});
