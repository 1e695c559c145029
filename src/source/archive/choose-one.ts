import { HoldfastError } from '#core/errors.ts';

/** How well a name that an image has answers to the one that was asked for; the best is 0, none is undefined. */
function closeness(known: string, wanted: string): number | undefined {
  if (known === wanted) return 0;
  // `app` is short for `app:latest`, and `app:1` for `docker.io/library/app:1`.
  const whole = /[:@][^/]*$/.test(wanted) ? wanted : `${wanted}:latest`;
  if ([whole, `docker.io/library/${whole}`, `docker.io/${whole}`].includes(known)) return 1;
  // A bare tag may be the end of a whole reference.
  return known.endsWith(`:${wanted}`) ? 2 : undefined;
}

/** Those that answer best to a name; all of them when there is none. */
export function namedAlike<T>(
  items: readonly T[],
  name: string | undefined,
  namesOf: (item: T) => readonly string[],
): readonly T[] {
  if (name === undefined) return items;
  const ranked = items.flatMap((item) => {
    const ranks = namesOf(item).flatMap((known) => closeness(known, name) ?? []);
    return ranks.length === 0 ? [] : [{ item, rank: Math.min(...ranks) }];
  });
  const best = Math.min(...ranked.map(({ rank }) => rank));
  return ranked.filter(({ rank }) => rank === best).map(({ item }) => item);
}

/**
 * The one that is meant, of those that answer to the name; several that are the same image count as one.
 * @throws `ARCHIVE_NO_IMAGE`, `ARCHIVE_SEVERAL_IMAGES`
 */
export function onlyOne<T>(
  wanted: readonly T[],
  all: readonly T[],
  name: string | undefined,
  identityOf: (item: T) => string,
  label: (item: T) => string,
): T {
  const [first] = wanted;
  if (first !== undefined && new Set(wanted.map(identityOf)).size === 1) return first;
  const there = [...new Set(all.slice(0, 20).map(label))].join(', ');
  if (first === undefined) {
    const shown = JSON.stringify(name?.slice(0, 200));
    throw new HoldfastError(
      'ARCHIVE_NO_IMAGE',
      name === undefined ? 'The archive lists no image' : `No image is called ${shown}`,
      {
        kind: name === undefined ? 'failed' : 'usage',
        hint: there === '' ? 'It may have been cut off; make it again.' : `There is: ${there}`,
      },
    );
  }
  throw new HoldfastError('ARCHIVE_SEVERAL_IMAGES', `There are ${wanted.length} images; name one`, {
    kind: 'usage',
    hint: `Append :NAME, one of: ${there}`,
  });
}
