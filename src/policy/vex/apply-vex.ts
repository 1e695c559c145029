import { type Purl, parsePurl } from '#core/purl.ts';
import type { Facts } from '#policy/facts/facts.ts';
import type { FindingFacts } from '#policy/facts/finding-facts.ts';
import type { ImageFacts } from '#policy/facts/image-facts.ts';
import { imageFit, packageFit } from '#policy/vex/fits.ts';
import type { VexProduct, VexStatement } from '#policy/vex/statement.ts';

/** Facts whose findings have the states that statements give them, and what was and was not of use. */
export interface Excused {
  readonly facts: Facts;
  readonly notes: readonly string[];
}

const MOST_NAMED = 5;

/**
 * Gives findings their states. Of the statements that fit, the one that names product and package most closely counts, of
 * these the latest. A statement that fits nothing is told.
 */
export function applyVex(facts: Facts, statements: readonly VexStatement[]): Excused {
  const { findings } = facts;
  if (statements.length === 0) return { facts, notes: [] };
  const image = facts.image.state === 'collected' ? facts.image.value : undefined;
  const byId = indexOf(statements);
  const used = new Set<VexStatement>();
  const excused = new Map<string, FindingFacts[]>();
  const judged = (found: readonly FindingFacts[]) =>
    found.map((finding) => {
      const best = closest(finding, image, byId, used);
      if (best === undefined) return finding;
      const { status, why, source } = best;
      const after = { ...finding, status, statement: `${source}: ${status}${why === '' ? '' : ` (${why})`}` };
      if (status === 'not_affected' || status === 'fixed') excused.set(source, [...(excused.get(source) ?? []), after]);
      return after;
    });
  const next: Facts['findings'] =
    findings.state === 'collected'
      ? { ...findings, value: judged(findings.value) }
      : findings.state === 'failed' && findings.partial !== undefined
        ? { ...findings, partial: judged(findings.partial) }
        : findings;
  return {
    facts: { ...facts, findings: next },
    notes: [...[...excused].map(excusedNote), ...unusedNotes(statements, used)],
  };
}

function listed<T>(lists: Map<string, T[]>, key: string): T[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const made: T[] = [];
  lists.set(key, made);
  return made;
}

/** The highest number, 0 where there is none. There may be many. */
function most<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((highest, one) => Math.max(highest, of(one)), 0);
}

function indexOf(statements: readonly VexStatement[]): ReadonlyMap<string, readonly VexStatement[]> {
  const byId = new Map<string, VexStatement[]>();
  for (const statement of statements) {
    for (const id of new Set(statement.ids)) listed(byId, id).push(statement);
  }
  return byId;
}

function closest(
  finding: FindingFacts,
  image: ImageFacts | undefined,
  byId: ReadonlyMap<string, readonly VexStatement[]>,
  used: Set<VexStatement>,
): VexStatement | undefined {
  const found = parsePurl(finding.purl);
  if (found === undefined) return undefined;
  let best: { readonly statement: VexStatement; readonly fit: number } | undefined;
  const about = new Set([finding.id, ...finding.aliases].flatMap((id) => byId.get(id) ?? []));
  for (const statement of about) {
    const fit = most(statement.products, (product) => productFit(product, found, image));
    if (fit === 0) continue;
    used.add(statement);
    const isBetter =
      best === undefined || fit > best.fit || (fit === best.fit && statement.time >= best.statement.time);
    if (isBetter) best = { statement, fit };
  }
  return best?.statement;
}

/** A package that is named counts more than the image that is; parts of a package cannot be told apart. */
function productFit(product: VexProduct, found: Purl, image: ImageFacts | undefined): number {
  const whole = imageFit(product, image);
  if (whole > 0) {
    if (product.parts.length === 0) return whole * 10;
    const part = most(product.parts, ({ purl }) => (purl === undefined ? 0 : packageFit(purl, found)));
    return part === 0 ? 0 : 100 + whole * 10 + part;
  }
  if (product.purl === undefined || product.parts.length > 0) return 0;
  const part = packageFit(product.purl, found);
  return part === 0 ? 0 : 100 + part;
}

function excusedNote([source, findings]: readonly [string, readonly FindingFacts[]]): string {
  const [first] = findings;
  const ids = [...new Set(findings.map(({ id }) => id))];
  const many = findings.length === 1 ? 'one finding is' : `${findings.length} findings are`;
  const why = findings.length === 1 && first !== undefined ? ` ${first.statement?.slice(source.length + 2)}` : '';
  return `${source}: ${many} excused: ${named(ids)}${why}.`;
}

function unusedNotes(statements: readonly VexStatement[], used: ReadonlySet<VexStatement>): readonly string[] {
  const bySource = new Map<string, string[]>();
  for (const statement of statements) {
    if (used.has(statement)) continue;
    const { source, number, ids } = statement;
    listed(bySource, source).push(`${ids[0] ?? 'no id'} (#${number})`);
  }
  return [...bySource].map(([source, ids]) => {
    const many = ids.length === 1 ? 'one statement fits' : `${ids.length} statements fit`;
    return `${source}: ${many} nothing here: ${named(ids)}.`;
  });
}

function named(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return `${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}
