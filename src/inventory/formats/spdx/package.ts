import { createHash } from 'node:crypto';
import { jsonText } from '#inventory/formats/document-text.ts';
import { licenceForm } from '#inventory/formats/licence-expression.ts';
import { type Facts, factsOf } from '#inventory/formats/package-facts.ts';
import type { Package } from '#inventory/package.ts';
import { ANNOTATION_PREFIX } from './annotation.ts';

/** SPDX's word for "nothing is claimed". */
export const UNKNOWN = 'NOASSERTION';

/** Licences that are no SPDX expressions, by the reference that stands for each. Filled while packages are written. */
export type NamedLicences = Map<string, string>;

export type Annotate = (facts: Facts) => object;

/** Makes an annotation that holds facts as one JSON object (SPDX 2.3, 12). */
export function annotationOf(annotator: string, annotationDate: string): Annotate {
  return (facts) => ({
    annotationDate,
    annotationType: 'OTHER',
    annotator,
    comment: ANNOTATION_PREFIX + jsonText(Object.fromEntries(facts)),
  });
}

function reference(name: string, named: NamedLicences): string {
  const text = name.toWellFormed();
  const id = `LicenseRef-${createHash('sha256').update(text).digest('hex').slice(0, 20)}`;
  named.set(id, text);
  return id;
}

/** All declared licences as one expression; those that are none by a reference to their name. */
function declaredLicence(licences: readonly string[], named: NamedLicences): string {
  const terms = licences.map((text) => {
    const form = licenceForm(text);
    if (form === 'name') return reference(text, named);
    return form === 'identifier' || licences.length === 1 ? text : `(${text})`;
  });
  return terms.length === 0 ? UNKNOWN : terms.join(' AND ');
}

/** `Name <address>` as SPDX writes it, `Organization: Name (address)` (SPDX 2.3, 7.5). */
function supplier(vendor: string | undefined): string {
  const [, name = '', address] = /^([^<]*)(?:<([^>]*)>)?/.exec((vendor ?? '').replace(/[\s\p{Cc}]+/gu, ' ')) ?? [];
  if (name.trim() === '') return UNKNOWN;
  return `Organization: ${name.trim()}${address === undefined ? '' : ` (${address.trim()})`}`;
}

/** A package as an SPDX package. */
export function packageOf(found: Package, id: string, annotate: Annotate, named: NamedLicences): object {
  const facts = new Map(factsOf(found));
  if (found.licences.length > 0) facts.set('licence', found.licences);
  if (found.locations.length > 0) facts.set('location', found.locations);
  if (found.vendor !== undefined) facts.set('vendor', [found.vendor]);
  return {
    SPDXID: id,
    name: found.name,
    versionInfo: found.version,
    supplier: supplier(found.vendor),
    downloadLocation: UNKNOWN,
    filesAnalyzed: false,
    ...(found.source === undefined
      ? {}
      : { sourceInfo: `built package from: ${found.source.name} ${found.source.version}` }),
    licenseConcluded: UNKNOWN,
    licenseDeclared: declaredLicence(found.licences, named),
    copyrightText: UNKNOWN,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: found.purl }],
    primaryPackagePurpose: 'LIBRARY',
    annotations: [annotate(facts)],
  };
}
