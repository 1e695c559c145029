import { type HeldAdvisory, supersedes } from '#advisory/store/held.ts';
import { HoldfastError } from '#core/errors.ts';

type Stamp = Pick<HeldAdvisory, 'modified' | 'order'>;

/** Which records were given again later, and so are forgotten whole. */
export interface LatestRecords {
  /** @throws `ADVISORY_INPUT_LIMIT` beyond three million records */
  note(record: string, stamp: Stamp): void;
  /** Of a record that was given with different stamps, the one that counts. */
  bestOfSeveral(record: string): Stamp | undefined;
  /** True when some record was given with different stamps. */
  hasSeveral(): boolean;
}

const MOST_RECORDS = 3_000_000;
const FIRST_SLOTS = 1 << 14;

/** 64 bits of a text: among three million records two are alike once in four million builds. */
function hashOf(text: string): readonly [number, number] {
  let a = 0x9e3779b1;
  let b = 0x85ebca77;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    a ^= a >>> 15;
    b = Math.imul(b ^ unit, 0x5f356495);
    b ^= b >>> 13;
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  // Zeros mark an empty slot.
  return [(a | 1) >>> 0, b >>> 0];
}

function tableOf(slots: number) {
  return {
    mask: slots - 1,
    names: new Uint32Array(slots * 2),
    modified: new Float64Array(slots),
    order: new Uint32Array(slots),
    several: new Uint8Array(slots),
  };
}

type Table = ReturnType<typeof tableOf>;

/** The slot of a record, or the empty one where it would go. */
function slotOf({ names, mask }: Table, a: number, b: number): number {
  let slot = (a ^ b) & mask;
  while (names[2 * slot] !== 0 && (names[2 * slot] !== a || names[2 * slot + 1] !== b)) slot = (slot + 1) & mask;
  return slot;
}

function put(table: Table, slot: number, [a, b]: readonly [number, number], { modified, order }: Stamp): void {
  table.names[2 * slot] = a;
  table.names[2 * slot + 1] = b;
  table.modified[slot] = modified;
  table.order[slot] = order;
}

function stampAt({ modified, order }: Table, slot: number): Stamp {
  return { modified: modified[slot] ?? 0, order: order[slot] ?? 0 };
}

function grown(table: Table): Table {
  const wide = tableOf((table.mask + 1) * 2);
  for (let from = 0; from <= table.mask; from += 1) {
    const [a, b] = [table.names[2 * from] ?? 0, table.names[2 * from + 1] ?? 0];
    if (a === 0) continue;
    const to = slotOf(wide, a, b);
    put(wide, to, [a, b], stampAt(table, from));
    wide.several[to] = table.several[from] ?? 0;
  }
  return wide;
}

/** Holds some 30 bytes for each record, however long its name is: there are a million of them. */
export function createLatestRecords(): LatestRecords {
  let table = tableOf(FIRST_SLOTS);
  let count = 0;
  let several = false;
  return {
    note(record, stamp) {
      const hash = hashOf(record);
      let slot = slotOf(table, ...hash);
      if (table.names[2 * slot] === 0) {
        if (count >= MOST_RECORDS) {
          throw new HoldfastError('ADVISORY_INPUT_LIMIT', `There are more than ${MOST_RECORDS} records`, {
            hint: 'All public databases together have fewer. Build with fewer inputs.',
          });
        }
        count += 1;
        if (count > (table.mask + 1) * 0.75) {
          table = grown(table);
          slot = slotOf(table, ...hash);
        }
        put(table, slot, hash, stamp);
        return;
      }
      const before = stampAt(table, slot);
      if (supersedes(stamp, before)) put(table, slot, hash, stamp);
      else if (!supersedes(before, stamp)) return;
      table.several[slot] = 1;
      several = true;
    },
    bestOfSeveral(record) {
      const slot = slotOf(table, ...hashOf(record));
      return table.names[2 * slot] !== 0 && table.several[slot] === 1 ? stampAt(table, slot) : undefined;
    },
    hasSeveral: () => several,
  };
}
