import * as z from 'zod/mini';
import { parsePurl } from '#core/purl.ts';
import {
  timeOf,
  VEX_LIMITS,
  type VexProduct,
  type VexStatement,
  type VexStatus,
  vexInvalid,
  whyOf,
} from '#policy/vex/statement.ts';

const text = z.optional(z.string());
const component = z.object({
  'bom-ref': text,
  purl: text,
  hashes: z.optional(z.array(z.object({ alg: z.string(), content: z.string() }))),
  components: z.optional(z.array(z.unknown())),
});

/** CycloneDX 1.4 and later: `vulnerabilities` with an analysis. */
const document = z.object({
  metadata: z.optional(z.object({ timestamp: text, component: z.optional(component) })),
  components: z.optional(z.array(z.unknown())),
  vulnerabilities: z
    .array(
      z.object({
        id: text,
        references: z.optional(z.array(z.object({ id: z.string() }))),
        analysis: z.optional(
          z.object({ state: text, justification: text, detail: text, lastUpdated: text, firstIssued: text }),
        ),
        affects: z.optional(z.array(z.object({ ref: z.string() }))),
        published: text,
        updated: text,
      }),
    )
    .check(z.maxLength(VEX_LIMITS.statements)),
});

const STATES: Readonly<Record<string, VexStatus>> = {
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
  false_positive: 'not_affected',
  not_affected: 'not_affected',
};

/** Whether a document is CycloneDX that speaks of flaws. */
export function isCycloneDxVex(value: Readonly<Record<string, unknown>>): boolean {
  return value['bomFormat'] === 'CycloneDX' && Array.isArray(value['vulnerabilities']);
}

/** One statement for each flaw that has a state. @throws `VEX_INVALID` */
export function readCycloneDxVex(value: unknown, source: string): readonly VexStatement[] {
  const found = document.safeParse(value);
  if (!found.success)
    throw vexInvalid(source, `it is no CycloneDX: ${found.error.issues[0]?.path.map(String).join('.') ?? ''}`);
  const { metadata, components = [], vulnerabilities } = found.data;
  const known = componentsOf(
    [...(metadata?.component === undefined ? [] : [metadata.component]), ...components],
    source,
  );
  return vulnerabilities.flatMap(({ id, references = [], analysis, affects = [], ...one }, index): VexStatement[] => {
    const status = STATES[analysis?.state ?? ''];
    if (status === undefined) return [];
    const ids = [...(id === undefined ? [] : [id]), ...references.map((reference) => reference.id)];
    return [
      {
        source,
        number: index + 1,
        ids: [...new Set(ids)].slice(0, VEX_LIMITS.ids),
        status,
        why: whyOf(analysis?.justification, analysis?.detail),
        products: affects.map(({ ref }) => productOf(ref, known)),
        time: timeOf(analysis?.lastUpdated, one.updated, analysis?.firstIssued, one.published, metadata?.timestamp),
      },
    ];
  });
}

/** Inside this document, in another by BOM-Link (`urn:cdx:SERIAL/1#REF`), or by its purl itself. */
function productOf(ref: string, known: ReadonlyMap<string, VexProduct>): VexProduct {
  const inside = ref.startsWith('urn:cdx:') ? decoded(ref.slice(ref.indexOf('#') + 1)) : ref;
  return known.get(inside) ?? { id: ref, purl: parsePurl(inside), hashes: [], parts: [] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function componentsOf(roots: readonly unknown[], source: string): ReadonlyMap<string, VexProduct> {
  const found = new Map<string, VexProduct>();
  const open = [...roots];
  for (let looked = 0; open.length > 0; looked += 1) {
    if (looked > VEX_LIMITS.things) throw vexInvalid(source, 'it has too many components');
    const parsed = component.safeParse(open.pop());
    if (!parsed.success) continue;
    const { 'bom-ref': ref, purl, hashes = [], components = [] } = parsed.data;
    for (const one of components) open.push(one);
    if (ref === undefined) continue;
    found.set(ref, {
      id: ref,
      purl: parsePurl(purl ?? ref),
      hashes: hashes.map(({ alg, content }) => `${alg.toLowerCase().replaceAll('-', '')}:${content.toLowerCase()}`),
      parts: [],
    });
  }
  return found;
}
