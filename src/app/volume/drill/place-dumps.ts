import { setTimeout as sleep } from 'node:timers/promises';
import { type AskedContainer, makeContainer, stateOf } from '#app/volume/drill/ask-container.ts';
import { logOf } from '#app/volume/drill/log-of.ts';
import { removeContainer } from '#base/engine/control.ts';
import type { Problem } from '#core/errors.ts';
import type { JsonObject } from '#core/oci/json.ts';
import { wordsOf } from '#volume/drill/run-probe.ts';

/** What kept a dump from being loaded: `unfit`, it is no word about the dump. */
export interface LoadFault {
  readonly kind: 'failed' | 'unfit';
  readonly why: Problem;
}

/** A file that becomes the data of a server before that is started. */
export interface Placing {
  readonly script: string;
  /** Its path in the container, and that of the data. */
  readonly args: readonly [file: string, directory: string];
  readonly limitMs: number;
}

const AGAIN_MS = 200;

/**
 * Runs a script in the place of a server that is not there yet: in a container with its name, its image and its volumes, which
 * goes again. Undefined when it went well. @throws `DRILL_NOT_STARTED`, `ENGINE_*`, and what ends the signal
 */
export async function placeDump(
  asked: AskedContainer,
  body: JsonObject,
  { script, args, limitMs }: Placing,
): Promise<LoadFault | undefined> {
  const { engine, name, signal } = asked;
  const deadline = performance.now() + limitMs;
  const instead = { Entrypoint: ['sh', '-euc', script, 'holdfast'], Cmd: args, Healthcheck: { Test: ['NONE'] } };
  const refused = await makeContainer(asked, { ...body, ...instead });
  if (refused !== undefined) return { kind: 'unfit', why: { ...refused, code: 'DRILL_LOAD_NO_SERVER' } };
  for (;;) {
    signal.throwIfAborted();
    const { ended, code, memory } = await stateOf(engine, name);
    if (code === 0) break;
    if (ended !== undefined) {
      const hint = wordsOf((await logOf(engine, name)).at(-1) ?? '');
      if (memory === true) return { kind: 'unfit', why: { code: 'DRILL_LOAD_NO_MEMORY', message: ended, hint } };
      return { kind: 'failed', why: { code: 'DRILL_DUMP_NOT_LOADED', message: `it ended with ${ended}`, hint } };
    }
    if (performance.now() > deadline) {
      const hint = 'Allow more time with --load-limit SECONDS.';
      const message = `it took longer than ${Math.round(limitMs / 1000)} s`;
      return { kind: 'unfit', why: { code: 'DRILL_LOAD_LATE', message, hint } };
    }
    await sleep(AGAIN_MS, undefined, { signal });
  }
  const removed = await removeContainer(engine, name);
  if (removed.kind !== 'refused') return undefined;
  return { kind: 'unfit', why: { code: 'DRILL_LOAD_NO_SERVER', message: removed.said } };
}
