/** Lets at most `limit` go on at a time, the others in the order in which they came. */
export interface Turns {
  /** Resolves when it is the caller's turn, with what ends the turn. */
  take(): Promise<() => void>;
}

/** Turns for this process. */
export function turns(limit: number): Turns {
  const waiting: (() => void)[] = [];
  let free = limit;
  const end = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  const once = () => {
    let ended = false;
    return () => {
      if (!ended) end();
      ended = true;
    };
  };
  return {
    take: async () => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return once();
    },
  };
}
