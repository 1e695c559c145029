import { osFacts, subjectFacts } from '#inventory/formats/document-facts.ts';
import { contentUuid, elementLines, inChunks, jsonText } from '#inventory/formats/document-text.ts';
import type { SbomInput } from '#inventory/formats/sbom-input.ts';
import { imagePurl, isImage } from '#inventory/formats/subject.ts';
import { componentOf, properties } from './component.ts';

const ROOT = 'root';
const OS = 'os';

/** bom-refs of the packages in their order: the package URL, with a number behind it where it occurs again. */
function packageRefs(input: SbomInput): readonly string[] {
  const used = new Set([ROOT, OS, '']);
  return input.inventory.packages.map(({ purl }) => {
    let ref = purl.toWellFormed();
    for (let count = 2; used.has(ref); count += 1) ref = `${purl.toWellFormed()}~${count}`;
    used.add(ref);
    return ref;
  });
}

function metadata(input: SbomInput): object {
  const { description, tool } = input;
  const purl = imagePurl(description);
  return {
    timestamp: input.createdAt,
    tools: { components: [{ type: 'application', name: tool.name, version: tool.version }] },
    component: {
      type: isImage(description) ? 'container' : 'application',
      'bom-ref': ROOT,
      name: description.reference,
      ...(description.digest === undefined ? {} : { version: description.digest }),
      ...(purl === undefined ? {} : { purl }),
      properties: properties(subjectFacts(input)),
    },
  };
}

function* components(input: SbomInput, refs: readonly string[]): Generator<object> {
  const { os, packages, repositories } = input.inventory;
  if (os !== undefined) {
    yield {
      type: 'operating-system',
      'bom-ref': OS,
      name: os.id,
      ...(os.versionId === '' ? {} : { version: os.versionId.slice(0, 1024) }),
      description: os.name,
      properties: properties(osFacts(os, repositories)),
    };
  }
  for (const [index, found] of packages.entries()) yield componentOf(found, refs[index] ?? '');
}

function* parts(input: SbomInput): Generator<string> {
  const refs = packageRefs(input);
  const { os, problems } = input.inventory;
  const dependsOn = os === undefined ? refs : [OS, ...refs];
  yield `"version":1,\n"metadata":${jsonText(metadata(input))},\n"components":[`;
  yield* elementLines(components(input, refs));
  yield `\n],\n"dependencies":[${jsonText({ ref: ROOT, dependsOn })}]`;
  if (problems.length > 0) yield `,\n"compositions":[${jsonText({ aggregate: 'incomplete', assemblies: [ROOT] })}]`;
  yield '}\n';
}

/**
 * The inventory as a CycloneDX 1.6 document in JSON, in chunks of text, a component a line. What the format has no field
 * for stands in properties `holdfast:…`, from which `readSbom` restores the same packages. The serial number is derived
 * from the content: the same input gives the same bytes. An inventory with problems says that it is incomplete.
 */
export function* writeCycloneDx(input: SbomInput): Generator<string> {
  const serial = contentUuid(parts(input));
  yield '{"$schema":"http://cyclonedx.org/schema/bom-1.6.schema.json","bomFormat":"CycloneDX","specVersion":"1.6",\n';
  yield `"serialNumber":"urn:uuid:${serial}",`;
  yield* inChunks(parts(input));
}
