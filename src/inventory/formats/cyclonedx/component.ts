import { licenceForm } from '#inventory/formats/licence-expression.ts';
import { FACT_PREFIX, type Facts, factsOf } from '#inventory/formats/package-facts.ts';
import type { Package } from '#inventory/package.ts';

/** The schema's limit (CycloneDX 1.6, `version`). */
const VERSION_LIMIT = 1024;

/** Facts as CycloneDX properties, a name once for each of its values. */
export function properties(facts: Facts): readonly object[] {
  return [...facts].flatMap(([name, values]) => values.map((value) => ({ name: FACT_PREFIX + name, value })));
}

/** An expression must stand alone (CycloneDX 1.6, `licenses`); beside others, and whatever is no SPDX, it is a name. */
function licences(declared: readonly string[]): readonly object[] {
  const [only] = declared;
  if (declared.length === 1 && only !== undefined && licenceForm(only) === 'expression') return [{ expression: only }];
  return declared.map((text) => ({ license: licenceForm(text) === 'identifier' ? { id: text } : { name: text } }));
}

/** A package as a CycloneDX component. */
export function componentOf(found: Package, ref: string): object {
  return {
    type: 'library',
    'bom-ref': ref,
    ...(found.vendor === undefined ? {} : { publisher: found.vendor }),
    name: found.name,
    version: found.version.slice(0, VERSION_LIMIT),
    ...(found.licences.length === 0 ? {} : { licenses: licences(found.licences) }),
    purl: found.purl,
    ...(found.locations.length === 0
      ? {}
      : { evidence: { occurrences: found.locations.map((location) => ({ location })) } }),
    properties: properties(factsOf(found)),
  };
}
