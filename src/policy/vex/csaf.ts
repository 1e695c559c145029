import * as z from 'zod/mini';
import { parsePurl } from '#core/purl.ts';
import {
  timeOf,
  VEX_LIMITS,
  type VexProduct,
  type VexStatement,
  type VexStatus,
  type VexThing,
  vexInvalid,
  whyOf,
} from '#policy/vex/statement.ts';

const ids = z.optional(z.array(z.string()));
const product = z.object({
  product_id: z.string(),
  product_identification_helper: z.optional(
    z.object({
      purl: z.optional(z.string()),
      purls: z.optional(z.array(z.string())),
      hashes: z.optional(
        z.array(z.object({ file_hashes: z.array(z.object({ algorithm: z.string(), value: z.string() })) })),
      ),
    }),
  ),
});
type Product = z.infer<typeof product>;

/** CSAF 2.0 and 2.1, profile VEX: the parts that say which product has which flaw. Branches are read apart. */
const document = z.object({
  document: z.object({
    tracking: z.optional(
      z.object({ current_release_date: z.optional(z.string()), initial_release_date: z.optional(z.string()) }),
    ),
  }),
  product_tree: z.optional(
    z.object({
      branches: z.optional(z.array(z.unknown())),
      full_product_names: z.optional(z.array(product)),
      relationships: z.optional(
        z.array(
          z.object({
            product_reference: z.string(),
            relates_to_product_reference: z.string(),
            full_product_name: product,
          }),
        ),
      ),
      product_groups: z.optional(z.array(z.object({ group_id: z.string(), product_ids: z.array(z.string()) }))),
    }),
  ),
  vulnerabilities: z
    .array(
      z.object({
        cve: z.optional(z.string()),
        ids: z.optional(z.array(z.object({ text: z.string() }))),
        product_status: z.optional(
          z.object({
            first_affected: ids,
            known_affected: ids,
            last_affected: ids,
            known_not_affected: ids,
            first_fixed: ids,
            fixed: ids,
            under_investigation: ids,
          }),
        ),
        flags: z.optional(z.array(z.object({ label: z.string(), product_ids: ids, group_ids: ids }))),
        threats: z.optional(
          z.array(
            z.object({ category: z.string(), details: z.optional(z.string()), product_ids: ids, group_ids: ids }),
          ),
        ),
      }),
    )
    .check(z.maxLength(VEX_LIMITS.statements)),
});

const STATUSES: readonly (readonly [string, VexStatus])[] = [
  ['known_not_affected', 'not_affected'],
  ['fixed', 'fixed'],
  ['first_fixed', 'fixed'],
  ['known_affected', 'affected'],
  ['first_affected', 'affected'],
  ['last_affected', 'affected'],
  ['under_investigation', 'under_investigation'],
];

/** Whether a document is CSAF, by what only that has. */
export function isCsaf(value: Readonly<Record<string, unknown>>): boolean {
  const { document: head } = value;
  return typeof head === 'object' && head !== null && 'csaf_version' in head;
}

/** One statement for each flaw, status and product. @throws `VEX_INVALID` */
export function readCsaf(value: unknown, source: string): readonly VexStatement[] {
  const found = document.safeParse(value);
  if (!found.success)
    throw vexInvalid(source, `it is no CSAF: ${found.error.issues[0]?.path.map(String).join('.') ?? ''}`);
  const { document: head, product_tree: tree = {}, vulnerabilities } = found.data;
  const products = productsOf(tree, source);
  const groups = new Map((tree.product_groups ?? []).map(({ group_id, product_ids }) => [group_id, product_ids]));
  const time = timeOf(head.tracking?.current_release_date, head.tracking?.initial_release_date);
  const statements: VexStatement[] = [];
  for (const { cve, ids: other = [], product_status = {}, flags = [], threats = [] } of vulnerabilities) {
    const named = [...(cve === undefined ? [] : [cve]), ...other.map(({ text }) => text)].slice(0, VEX_LIMITS.ids);
    const labels = saidOf(flags, groups, ({ label }) => label);
    const impacts = saidOf(
      threats.filter(({ category }) => category === 'impact'),
      groups,
      ({ details }) => details,
    );
    for (const [key, status] of STATUSES) {
      for (const id of (product_status as Readonly<Record<string, readonly string[] | undefined>>)[key] ?? []) {
        if (statements.length >= VEX_LIMITS.statements) throw vexInvalid(source, 'it has too many statements');
        const known = products.get(id) ?? { id, purl: undefined, hashes: [], parts: [] };
        const number = statements.length + 1;
        statements.push({
          source,
          number,
          ids: named,
          status,
          why: whyOf(labels(id), impacts(id)),
          products: [known],
          time,
        });
      }
    }
  }
  return statements;
}

interface About {
  readonly product_ids?: string[] | undefined;
  readonly group_ids?: string[] | undefined;
}

/** What the first entry that speaks of a product says; one that names none speaks of all. */
function saidOf<T extends About>(
  entries: readonly T[],
  groups: ReadonlyMap<string, readonly string[]>,
  words: (entry: T) => string | undefined,
): (product: string) => string | undefined {
  const said = new Map<string, string | undefined>();
  let general: string | undefined;
  for (const entry of entries) {
    const { product_ids = [], group_ids = [] } = entry;
    if (entry.product_ids === undefined && entry.group_ids === undefined) general ??= words(entry);
    for (const id of [product_ids, ...group_ids.map((group) => groups.get(group) ?? [])].flat())
      if (!said.has(id)) said.set(id, words(entry));
  }
  return (product) => said.get(product) ?? general;
}

type Tree = NonNullable<z.infer<typeof document>['product_tree']>;

function productsOf(
  { branches = [], full_product_names = [], relationships = [] }: Tree,
  source: string,
): ReadonlyMap<string, VexProduct> {
  const found = new Map<string, VexProduct>();
  const add = (one: Product) => found.set(one.product_id, { ...thingOf(one), parts: [] });
  for (const one of full_product_names) add(one);
  // Trees of branches may be deep: one after the other, not inside each other.
  const open: unknown[] = [...branches];
  for (let looked = 0; open.length > 0; looked += 1) {
    if (looked > VEX_LIMITS.things) throw vexInvalid(source, 'it has too many products');
    const branch = open.pop();
    if (typeof branch !== 'object' || branch === null) continue;
    const { branches: inner, product: leaf } = branch as Readonly<Record<string, unknown>>;
    if (Array.isArray(inner)) for (const one of inner as readonly unknown[]) open.push(one);
    const parsed = product.safeParse(leaf);
    if (parsed.success) add(parsed.data);
  }
  for (const { product_reference, relates_to_product_reference, full_product_name } of relationships) {
    const part = found.get(product_reference);
    const whole = found.get(relates_to_product_reference);
    if (part === undefined) continue;
    // A whole that has no name of ours, such as a distribution by its CPE, leaves the part by itself.
    const isNamed = whole?.purl !== undefined || (whole?.hashes.length ?? 0) > 0;
    const { product_id: id } = full_product_name;
    found.set(id, isNamed && whole !== undefined ? { ...whole, id, parts: [part] } : { ...part, id, parts: [] });
  }
  return found;
}

function thingOf({ product_id: id, product_identification_helper: helper }: Product): VexThing {
  const text = helper?.purl ?? helper?.purls?.[0];
  const hashes = (helper?.hashes ?? []).flatMap(({ file_hashes }) =>
    file_hashes.map(({ algorithm, value }) => `${algorithm.toLowerCase().replaceAll('-', '')}:${value.toLowerCase()}`),
  );
  return { id, purl: text === undefined ? undefined : parsePurl(text), hashes };
}
