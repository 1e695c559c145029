import * as z from 'zod/mini';
import { parsePurl } from '#core/purl.ts';
import {
  timeOf,
  VEX_LIMITS,
  type VexProduct,
  type VexStatement,
  type VexThing,
  vexInvalid,
  whyOf,
} from '#policy/vex/statement.ts';

const text = z.optional(z.string());
const thing = z.object({
  '@id': text,
  identifiers: z.optional(z.record(z.string(), z.unknown())),
  hashes: z.optional(z.record(z.string(), z.unknown())),
});
type Thing = z.infer<typeof thing>;
const part = z.union([z.string(), thing]);

/** OpenVEX 0.2.0, and 0.0.x, whose vulnerabilities and products are texts. */
const document = z.object({
  timestamp: text,
  last_updated: text,
  statements: z
    .array(
      z.object({
        vulnerability: z.union([
          z.string(),
          z.object({ name: text, '@id': text, aliases: z.optional(z.array(z.string())) }),
        ]),
        products: z.optional(
          z.array(z.union([z.string(), z.extend(thing, { subcomponents: z.optional(z.array(part)) })])),
        ),
        subcomponents: z.optional(z.array(part)),
        status: z.enum(['affected', 'not_affected', 'fixed', 'under_investigation']),
        justification: text,
        impact_statement: text,
        status_notes: text,
        timestamp: text,
        last_updated: text,
      }),
    )
    .check(z.maxLength(VEX_LIMITS.statements)),
});

/** Whether a document is OpenVEX, by what only that has. */
export function isOpenVex(value: Readonly<Record<string, unknown>>): boolean {
  const { '@context': context } = value;
  return [context].flat().some((one) => typeof one === 'string' && one.includes('openvex'));
}

/** @throws `VEX_INVALID` */
export function readOpenVex(value: unknown, source: string): readonly VexStatement[] {
  const found = document.safeParse(value);
  if (!found.success)
    throw vexInvalid(source, `it is no OpenVEX: ${found.error.issues[0]?.path.map(String).join('.') ?? ''}`);
  const { statements, timestamp, last_updated } = found.data;
  return statements.map(({ vulnerability, products = [], subcomponents = [], status, ...one }, index) => {
    const named = typeof vulnerability === 'string' ? { name: vulnerability } : vulnerability;
    const ids = [named.name, lastPart(named['@id']), ...(named.aliases ?? [])];
    return {
      source,
      number: index + 1,
      ids: [...new Set(ids.filter((id) => id !== undefined && id !== ''))].slice(0, VEX_LIMITS.ids) as string[],
      status,
      why: whyOf(one.justification, one.impact_statement, one.status_notes),
      products: products.map((product): VexProduct => {
        const own = typeof product === 'string' ? [] : (product.subcomponents ?? []);
        return { ...thingOf(product), parts: [...own, ...subcomponents].map(thingOf) };
      }),
      time: timeOf(one.last_updated, one.timestamp, last_updated, timestamp),
    };
  });
}

/** The id of a vulnerability may be an address that ends with its name. */
function lastPart(id: string | undefined): string | undefined {
  return id?.slice(id.lastIndexOf('/') + 1);
}

function thingOf(given: string | Thing): VexThing {
  if (typeof given === 'string') return { id: given, purl: parsePurl(given), hashes: [] };
  const { '@id': id = '', identifiers = {}, hashes = {} } = given;
  const purl = identifiers['purl'];
  return {
    id,
    purl: parsePurl(typeof purl === 'string' ? purl : id),
    hashes: Object.entries(hashes).flatMap(([name, value]) =>
      typeof value === 'string' ? [`${name.toLowerCase().replaceAll('-', '')}:${value.toLowerCase()}`] : [],
    ),
  };
}
