import type { EngineEvent, EventStream } from '#base/engine/engine-events.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';

/** Events that wait to be taken in. Docker drops what is not read within a tenth of a second, so they are read at once. */
export interface EventQueue {
  /** All that has come; waits for the first, for so long at most. @throws why the stream has ended, once all were taken */
  take(waitMs: number): Promise<readonly EngineEvent[]>;
  close(): void;
}

const MOST_EVENTS = 100_000;

export function queueOf(stream: EventStream): EventQueue {
  let waiting: EngineEvent[] = [];
  let ended: unknown;
  let wake: (() => void) | undefined;
  void (async () => {
    try {
      for await (const event of stream) {
        if (waiting.length >= MOST_EVENTS) {
          throw new HoldfastError('OBSERVER_BEHIND', `The engine tells more than can be recorded: ${MOST_EVENTS} wait`);
        }
        waiting.push(event);
        wake?.();
      }
      ended = new HoldfastError('ENGINE_FAILED', 'The engine’s stream of events has ended');
    } catch (error) {
      ended = error;
      stream.close();
    }
    wake?.();
  })();
  return {
    take: async (waitMs) => {
      if (waiting.length === 0 && ended === undefined) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, waitMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
      const taken = waiting;
      waiting = [];
      if (taken.length === 0 && ended !== undefined) throw asError(ended);
      return taken;
    },
    close: () => stream.close(),
  };
}

function asError(error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error;
  return new HoldfastError('ENGINE_FAILED', `The engine’s stream of events broke: ${problemOf(error).message}`);
}
