import { writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { reconcileDeps } from '#app/volume/hold/holds.ts';
import { watchHold } from '#volume/hold/watch.ts';

/**
 * Stands by a hold until it is over, and ends it when its holder has gone, which shows in the end of `input`.
 * @param ready descriptor that is told when the end can no longer be missed
 */
export async function standBy(
  hold: string,
  input: Readable,
  ready: number,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const gone = new AbortController();
  for (const event of ['end', 'error', 'close']) input.on(event, () => gone.abort());
  input.resume();
  try {
    writeSync(ready, 'ready\n');
  } catch {
    // Who waited for it has gone: the input tells.
  }
  await watchHold(reconcileDeps(environment), hold, gone.signal);
}
