import type { Problem } from '#core/errors.ts';

/** What can be wrong with a repository. */
export type DamageKind =
  | 'config-junk'
  | 'key-junk'
  | 'index-junk'
  /** An index says of a pack what its own header does not. */
  | 'index-wrong'
  | 'snapshot-junk'
  | 'snapshot-missing'
  | 'pack-missing'
  /** Its bytes are not those that its name stands for, or it does not hold what it should. */
  | 'pack-damaged'
  /** It could not be read at all: it may be whole. */
  | 'pack-unreadable'
  /** The pack is as it was written, but what was written is not what the blob's name stands for. */
  | 'blob-damaged'
  /** A tree refers to it, and it is in no pack. */
  | 'blob-missing'
  /** A tree that is authentic, but cannot be read or believed. */
  | 'tree-damaged';

/** One thing that is wrong. */
export interface Damage {
  readonly kind: DamageKind;
  /** Of the file or blob: 64 hexadecimal digits, or `config`; `others` where there are too many to be named. */
  readonly name: string;
  readonly problem: Problem;
}

/** Finds damage, one for each kind and name. */
export interface DamageList {
  of(kind: DamageKind, name: string, problem: () => Problem): Damage;
  all(): readonly Damage[];
}

const MOST_OF_A_KIND = 1000;

/** Beyond a thousand of a kind all others are one, named `others`. */
export function damageList(): DamageList {
  const found = new Map<string, Damage>();
  const counts = new Map<DamageKind, number>();
  return {
    of: (kind, name, problem) => {
      const known = found.get(`${kind} ${name}`) ?? found.get(`${kind} others`);
      if (known !== undefined) return known;
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      const full = count > MOST_OF_A_KIND;
      const message = `There are more than ${MOST_OF_A_KIND} of this kind; the others are not named`;
      const made: Damage = full
        ? { kind, name: 'others', problem: { code: 'PROBLEMS_OMITTED', message } }
        : { kind, name, problem: problem() };
      found.set(`${kind} ${made.name}`, made);
      return made;
    },
    all: () => [...found.values()],
  };
}
