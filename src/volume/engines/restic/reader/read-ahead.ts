/** How reading one of several things ended. */
export type Outcome<R> =
  | { readonly kind: 'done'; readonly value: R }
  | { readonly kind: 'failed'; readonly error: unknown };

/** What was read. @throws what reading it threw */
export function readValue<R>(outcome: Outcome<R>): R {
  if (outcome.kind === 'failed') throw outcome.error;
  return outcome.value;
}

/**
 * Reads several things at once and gives them in their order. What cannot be read is an outcome like any other; what `items`
 * throws is thrown when its turn comes. Leaving early waits for nothing.
 * @param width how many at once
 */
export async function* readAhead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  width: number,
  read: (item: T) => Promise<R>,
): AsyncGenerator<{ readonly item: T; readonly outcome: Outcome<R> }> {
  const under: { readonly item: T; readonly reading: Promise<Outcome<R>> }[] = [];
  const first = async () => {
    const next = under.shift();
    return next === undefined ? undefined : { item: next.item, outcome: await next.reading };
  };
  for await (const item of items) {
    const reading = read(item).then(
      (value): Outcome<R> => ({ kind: 'done', value }),
      (error: unknown): Outcome<R> => ({ kind: 'failed', error }),
    );
    under.push({ item, reading });
    if (under.length < width) continue;
    const done = await first();
    if (done !== undefined) yield done;
  }
  for (let done = await first(); done !== undefined; done = await first()) yield done;
}
