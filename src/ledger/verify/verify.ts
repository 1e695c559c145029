import { type Kysely, sql } from 'kysely';
import type { Database } from '#base/database/database.ts';
import { HoldfastError } from '#core/errors.ts';
import { ledgerRestored } from '#ledger/events.ts';
import { NO_PREVIOUS } from '#ledger/leaf.ts';
import type { VerifierKey } from '#ledger/note/keys.ts';
import { readHead } from '#ledger/store/head.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { EMPTY_RANGE, rootOf, type TreeBuilder, treeBuilder } from '#ledger/tree/compact-range.ts';
import { checkRow } from '#ledger/verify/check-row.ts';
import { type Claim, keptClaims, outsideClaims } from '#ledger/verify/claims.ts';
import { keptNodes } from '#ledger/verify/kept-nodes.ts';
import type { OutsideCheckpoint } from '#ledger/verify/outside.ts';
import { type PageSource, rowPages } from '#ledger/verify/rows.ts';
import type { Tampering } from '#ledger/verify/tampering.ts';

export interface VerifyOptions {
  /** The public key that the operator trusts. */
  readonly key: VerifierKey;
  readonly outside: readonly OutsideCheckpoint[];
  readonly progress?: (events: number) => void;
  /** Reads the rows beside this thread. */
  readonly pages?: PageSource;
}

export interface Verification {
  /** Events that fit, from the first one on. */
  readonly size: number;
  /** Root over them. */
  readonly root: Buffer;
  /** What was done to the record, the first bad position first; empty when it is whole. */
  readonly tampering: readonly Tampering[];
  /** Up to this position an outside checkpoint proves the record; what lies behind is unanchored. */
  readonly anchored: number;
  /** Outside checkpoints that hold, by name. */
  readonly anchors: readonly { readonly name: string; readonly size: number }[];
  /** Positions whose clock was behind that of the event before, the first 100. No tampering: clocks are set. */
  readonly clockSteps: readonly number[];
}

const PROGRESS_EVENTS = 10_000;
const MOST_CLOCK_STEPS = 100;
const MOST_RESTORES = 1000;

/** Recomputes the whole record from its first event and compares it with all that speaks of it. Changes nothing. */
export async function verifyLedger(database: Database<LedgerTables>, options: VerifyOptions): Promise<Verification> {
  return database.read((query) => verifyIn(query, options));
}

/** The same inside a transaction, which sees what it has written itself. */
export async function verifyIn(query: Kysely<LedgerTables>, options: VerifyOptions): Promise<Verification> {
  const outside = outsideClaims(options.outside, options.key);
  const claims = inOrder(keptClaims(query, options.key), outside.claims);
  const nodes = await keptNodes(query);
  const tree = treeBuilder(EMPTY_RANGE, nodes.compare);
  const anchors: { name: string; size: number }[] = [];
  const clockSteps: number[] = [];
  /** Up to here a root that was kept holds: what does not fit lies behind. */
  let certain = 0;
  /** Where the record says itself that it was put back from a backup. */
  const restored: number[] = [];
  let previous = NO_PREVIOUS;
  let at = '';
  let broken: Tampering | undefined;
  let claim = await claims.next();

  /** What is said of the events so far. */
  const compareClaims = async (): Promise<Tampering | undefined> => {
    while (!claim.done && sizeOf(claim.value) <= tree.size) {
      if ('kind' in claim.value) return claim.value;
      // Of two roots for one size, the one that held is no more certain than the other.
      const known = certain < tree.size ? certain : anchoredBelow(claim.value, anchors);
      const wrong = rolledBack(claim.value, tree, anchors, restored) ?? contradiction(claim.value, tree, known);
      if (wrong !== undefined) return wrong;
      certain = tree.size;
      if (claim.value.isOutside) anchors.push(claim.value);
      claim = await claims.next();
    }
    return undefined;
  };

  pages: for await (const { rows, next } of rowPages(query, options.pages)) {
    for (const [index, read] of rows.entries()) {
      broken = checkRow(read, rows[index + 1] ?? next, tree.size + 1, previous);
      if (broken !== undefined) break pages;
      tree.append(read.hash);
      previous = read.hex;
      const { columns } = read;
      if (columns.type === ledgerRestored.type && restored.length < MOST_RESTORES) restored.push(tree.size);
      if (columns.at < at && clockSteps.length < MOST_CLOCK_STEPS) clockSteps.push(tree.size);
      ({ at } = columns);
      if (tree.size % PROGRESS_EVENTS === 0) options.progress?.(tree.size);
      if (!claim.done && sizeOf(claim.value) <= tree.size) {
        broken = await compareClaims();
        if (broken !== undefined) break pages;
      }
    }
  }
  const found =
    broken === undefined
      ? await whatIsMissing(query, tree, previous, claim.done ? undefined : claim.value, nodes.wrong())
      : [broken];
  return {
    size: tree.size,
    root: tree.root(),
    tampering: [...found, ...outside.refused],
    anchored: anchors.at(-1)?.size ?? 0,
    anchors: anchors.map(({ name, size }) => ({ name, size })),
    clockSteps,
  };
}

function sizeOf(claim: Claim | Tampering): number {
  return 'kind' in claim ? claim.position : claim.size;
}

function contradiction(claim: Claim, tree: TreeBuilder, certain: number): Tampering | undefined {
  if (claim.size < tree.size) return undefined;
  if (claim.root.equals(tree.root())) return undefined;
  const exact = certain + 1 === tree.size;
  return {
    kind: 'edited',
    position: certain + 1,
    ...(exact ? {} : { upTo: tree.size }),
    evidence: `${claim.name} has another root`,
  };
}

function anchoredBelow(claim: Claim, anchors: readonly { readonly size: number }[]): number {
  return anchors.findLast(({ size }) => size < claim.size)?.size ?? 0;
}

/**
 * A checkpoint from outside that another history had after the backup from which this one was put back, as it says itself.
 */
function rolledBack(
  claim: Claim,
  tree: TreeBuilder,
  anchors: readonly { readonly size: number }[],
  restored: readonly number[],
): Tampering | undefined {
  if (!claim.isOutside || claim.size !== tree.size || claim.root.equals(tree.root())) return undefined;
  const anchored = anchoredBelow(claim, anchors);
  const position = restored.find((one) => one > anchored);
  if (position === undefined) return undefined;
  const evidence = `${claim.name} proves ${claim.size} events; the record was put back from a backup of ${position - 1}`;
  return { kind: 'rolled-back', position, upTo: claim.size, evidence };
}

/** What must hold when all rows fit together: that they are all there, and that all of them were signed. */
async function whatIsMissing(
  query: Kysely<LedgerTables>,
  tree: TreeBuilder,
  last: string,
  beyond: Claim | Tampering | undefined,
  wrongNode: Tampering | undefined,
): Promise<readonly Tampering[]> {
  const { size } = tree;
  const head = await headOf(query);
  const newest = await query
    .selectFrom('ledger_checkpoints')
    .select(({ fn }) => fn.max('size').as('size'))
    .executeTakeFirst();
  const kept = Number(newest?.size ?? 0);
  const recorded = Math.max(head.size, kept);
  if (recorded > size) {
    const evidence = `${recorded} events were recorded, ${size} are here`;
    return [{ kind: 'truncated', position: size + 1, upTo: recorded, evidence }];
  }
  if (beyond !== undefined) {
    const evidence =
      'kind' in beyond ? beyond.evidence : `${beyond.name} proves ${beyond.size} events, ${size} are here`;
    return [{ kind: 'rolled-back', position: size + 1, upTo: sizeOf(beyond), evidence }];
  }
  const signed = Math.min(head.size, kept);
  if (signed < size) {
    const upTo = signed + 1 === size ? {} : { upTo: size };
    return [{ kind: 'inserted', position: signed + 1, ...upTo, evidence: 'no signed checkpoint covers it' }];
  }
  if (wrongNode !== undefined) return [wrongNode];
  if (head.root?.equals(tree.root()) !== true) {
    return [{ kind: 'edited', position: Math.max(1, size), evidence: 'the head that was kept has another root' }];
  }
  // The next event would be made to follow another one.
  if (head.last !== last) {
    return [
      { kind: 'edited', position: Math.max(1, size), evidence: 'the head that was kept names another last event' },
    ];
  }
  return [];
}

async function headOf(
  query: Kysely<LedgerTables>,
): Promise<{ readonly size: number; readonly root?: Buffer; readonly last?: string }> {
  try {
    const { range, lastHash } = await readHead(query);
    return { size: range.size, root: rootOf(range), last: lastHash.toString('hex') };
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'LEDGER_RANGE_MALFORMED') throw error;
    const row = await query
      .selectFrom('ledger_head')
      .select(sql<number>`cast(size as bigint)`.as('size'))
      .executeTakeFirst();
    return { size: row?.size ?? 0 };
  }
}

/** Two sequences by size as one. */
async function* inOrder(
  kept: AsyncIterable<Claim | Tampering>,
  outside: readonly Claim[],
): AsyncGenerator<Claim | Tampering, undefined> {
  let index = 0;
  for await (const claim of kept) {
    for (let other = outside[index]; other !== undefined && other.size < sizeOf(claim); other = outside[index]) {
      yield other;
      index += 1;
    }
    yield claim;
  }
  yield* outside.slice(index);
  return undefined;
}
