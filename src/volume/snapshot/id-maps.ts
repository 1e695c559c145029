import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { IdMaps, IdRange } from '#volume/discover/discovery.ts';

/** Hosts have a few; an event has room for so many. */
const MOST_RANGES = 100;
const id = z.int().check(z.gte(0), z.lte(0xff_ff_ff_ff));
const ranges = z.array(compiledObject({ container: id, host: id, count: id })).check(z.maxLength(MOST_RANGES));

/** {@link IdMaps} in an event, or in a manifest that anybody may have written. */
export const idMapsSchema = compiledObject({ users: ranges, groups: ranges });

/** The owner that a file is to have; undefined: there is none for it. */
export type OwnerShift = (owner: number) => number | undefined;

/** How owners change between two engines. Undefined: not at all. */
export function ownerShifts(
  from: IdMaps,
  to: IdMaps,
): { readonly user: OwnerShift; readonly group: OwnerShift } | undefined {
  if (JSON.stringify(plain(from)) === JSON.stringify(plain(to))) return undefined;
  return { user: shift(from.users, to.users), group: shift(from.groups, to.groups) };
}

function plain({ users, groups }: IdMaps) {
  return [users, groups].map((list) => list.map(({ container, host, count }) => [container, host, count]));
}

/** From the host's id there to the container's, and to the host's here. */
function shift(from: readonly IdRange[], to: readonly IdRange[]): OwnerShift {
  return (owner) => {
    const inside = mapped(from, owner, 'host', 'container');
    return inside === undefined ? undefined : mapped(to, inside, 'container', 'host');
  };
}

function mapped(ranges: readonly IdRange[], owner: number, of: 'host' | 'container', as: 'host' | 'container') {
  if (ranges.length === 0) return owner;
  const range = ranges.find((one) => owner >= one[of] && owner < one[of] + one.count);
  return range === undefined ? undefined : range[as] + (owner - range[of]);
}
