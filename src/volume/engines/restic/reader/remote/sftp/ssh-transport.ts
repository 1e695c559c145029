import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '#base/process/find-program.ts';
import { startProcess } from '#base/process/start-process.ts';
import type { StartedTransport } from '#volume/engines/restic/reader/remote/sftp/sftp-store.ts';
import { keepSaid } from '#volume/engines/restic/said.ts';

const GRACE_MS = 2_000;
/** So long a program whose output has ended may take for its last words. */
const LAST_WORDS_MS = 2_000;

/**
 * Starts the program that carries a session, as restic starts it: with nothing but this environment, and no terminal to ask
 * anything at. It does not outlive this program. @throws `PROCESS_NOT_STARTED`
 */
export async function startTransport(
  [program, ...args]: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>>,
): Promise<StartedTransport> {
  const keeper = keepSaid([]);
  const started = await startProcess({
    program: program.startsWith('/') ? program : findProgram(program, environment['PATH'] ?? ''),
    args,
    environment,
    directory: '/',
    input: true,
    graceMs: GRACE_MS,
    onErrorLine: keeper.add,
  });
  let isOver = false;
  return {
    incoming: (async function* () {
      yield* started.stdout;
      isOver = true;
    })(),
    write: (bytes) => {
      started.stdin?.write(bytes);
    },
    stop: async () => {
      if (isOver) {
        const waiting = new AbortController();
        const late = sleep(LAST_WORDS_MS, undefined, { signal: waiting.signal }).catch(() => undefined);
        await Promise.race([started.ended.catch(() => undefined), late]);
        waiting.abort();
      }
      return started.stop();
    },
    said: () => keeper.said().lines,
  };
}
