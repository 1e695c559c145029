import { digestAlgorithm, digestHex } from '#core/digest.ts';
import { osFacts, subjectFacts } from '#inventory/formats/document-facts.ts';
import { contentUuid, elementLines, inChunks, jsonText } from '#inventory/formats/document-text.ts';
import type { SbomInput } from '#inventory/formats/sbom-input.ts';
import { imagePurl, isImage } from '#inventory/formats/subject.ts';
import { type Annotate, annotationOf, type NamedLicences, packageOf, UNKNOWN } from './package.ts';

const DOCUMENT = 'SPDXRef-DOCUMENT';
const ROOT = 'SPDXRef-Root';
const OS = 'SPDXRef-OperatingSystem';

/** SPDX 2.3, 6.9: no fractions of a second. */
function seconds(createdAt: string): string {
  const time = new Date(createdAt);
  return `${(Number.isNaN(time.getTime()) ? new Date(0) : time).toISOString().slice(0, 19)}Z`;
}

function root(input: SbomInput, annotate: Annotate): object {
  const { description } = input;
  const { digest } = description;
  const purl = imagePurl(description);
  return {
    SPDXID: ROOT,
    name: description.reference,
    ...(digest === undefined ? {} : { versionInfo: digest }),
    downloadLocation: UNKNOWN,
    filesAnalyzed: false,
    ...(digest === undefined
      ? {}
      : { checksums: [{ algorithm: digestAlgorithm(digest).toUpperCase(), checksumValue: digestHex(digest) }] }),
    ...(purl === undefined
      ? {}
      : { externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }] }),
    ...(isImage(description) ? { primaryPackagePurpose: 'CONTAINER' } : {}),
    annotations: [annotate(subjectFacts(input))],
  };
}

/**
 * The published schemas disagree on how OPERATING SYSTEM is written as a purpose, so none is given: the annotation tells.
 */
function* packages(input: SbomInput, annotate: Annotate, named: NamedLicences): Generator<object> {
  yield root(input, annotate);
  const { os, repositories } = input.inventory;
  if (os !== undefined) {
    yield {
      SPDXID: OS,
      name: os.id,
      ...(os.versionId === '' ? {} : { versionInfo: os.versionId }),
      downloadLocation: UNKNOWN,
      filesAnalyzed: false,
      summary: os.name,
      annotations: [annotate(osFacts(os, repositories))],
    };
  }
  for (const [index, found] of input.inventory.packages.entries()) {
    yield packageOf(found, `SPDXRef-Package-${index + 1}`, annotate, named);
  }
}

function* relationships({ inventory }: SbomInput): Generator<object> {
  const related = (spdxElementId: string, relationshipType: string, relatedSpdxElement: string) => ({
    spdxElementId,
    relationshipType,
    relatedSpdxElement,
  });
  yield related(DOCUMENT, 'DESCRIBES', ROOT);
  if (inventory.os !== undefined) yield related(ROOT, 'CONTAINS', OS);
  for (const index of inventory.packages.keys()) yield related(ROOT, 'CONTAINS', `SPDXRef-Package-${index + 1}`);
}

function* parts(input: SbomInput): Generator<string> {
  const { tool } = input;
  const created = seconds(input.createdAt);
  const creator = `Tool: ${tool.name}-${tool.version}`;
  const annotate = annotationOf(creator, created);
  const named: NamedLicences = new Map();
  yield `"creationInfo":${jsonText({ created, creators: [creator] })},\n"packages":[`;
  yield* elementLines(packages(input, annotate, named));
  yield '\n],\n"relationships":[';
  yield* elementLines(relationships(input));
  yield '\n]';
  if (named.size > 0) {
    yield ',\n"hasExtractedLicensingInfos":[';
    const infos = [...named].map(([licenseId, name]) => ({ licenseId, name, extractedText: name }));
    yield* elementLines(infos);
    yield '\n]';
  }
  yield '}\n';
}

/**
 * The inventory as an SPDX 2.3 document in JSON, in chunks of text, a package a line. What the format has no field for
 * stands in one annotation of each package, from which `readSbom` restores the same packages. The namespace is derived
 * from the content: the same input gives the same bytes.
 */
export function* writeSpdx(input: SbomInput): Generator<string> {
  const uuid = contentUuid(parts(input));
  const name = jsonText(input.description.reference);
  yield `{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"${DOCUMENT}","name":${name},\n`;
  yield `"documentNamespace":"urn:uuid:${uuid}",\n`;
  yield* inChunks(parts(input));
}
