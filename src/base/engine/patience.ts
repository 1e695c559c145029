import { HoldfastError } from '#core/errors.ts';

/** How long an engine is asked by somebody who only looks: what it does not tell is said, and the rest is shown. */
export interface EnginePatience {
  /** How long it may be silent in one answer; what it has to measure first may take as long as ever. */
  readonly answerMs: number;
  /** So many answers that do not come, one after the other, and it is asked nothing more. */
  readonly mostLate: number;
  /** From the first question on, it is asked that long. */
  readonly wholeMs: number;
}

/** Of commands that look, and somebody waits for. */
export const LOOKING: EnginePatience = { answerMs: 20_000, mostLate: 4, wholeMs: 5 * 60_000 };

/** What an engine has to walk over directories for. */
const MEASURED = /^\/system\/df|\/changes$|[?&]size=true/;

/** How long an engine may be silent in its answer to this. */
export function silenceLimitMs(path: string, usualMs: number, patience: EnginePatience | undefined): number {
  return patience === undefined || MEASURED.test(path) ? usualMs : Math.min(usualMs, patience.answerMs);
}

interface Asked<R, S> {
  readonly address: string;
  read(path: string): Promise<R>;
  stream(path: string): Promise<S>;
}

/** How long a whole answer may take that has begun; undefined: as long as ever. */
export function bodyLimitMs(patience: EnginePatience | undefined): number | undefined {
  return patience === undefined ? undefined : 3 * patience.answerMs;
}

/** Asks an engine no more once it has stopped answering, or the time is over. */
export function asking<R, S>(
  engine: Asked<R, S>,
  { mostLate, wholeMs }: EnginePatience,
  nowMs: () => number = () => performance.now(),
): Omit<Asked<R, S>, 'address'> {
  const untilMs = nowMs() + wholeMs;
  let late = 0;
  const guarded = async <T>(ask: () => Promise<T>): Promise<T> => {
    const why =
      late >= mostLate
        ? `${mostLate} of its answers in a row did not come`
        : nowMs() > untilMs
          ? 'it took too long'
          : '';
    if (why !== '') {
      throw new HoldfastError('ENGINE_SLOW', `The engine at ${engine.address} is asked nothing more: ${why}`, {
        hint: 'What is shown is what it told until then. Is the engine, or one of its disks, overloaded?',
      });
    }
    try {
      const answer = await ask();
      late = 0;
      return answer;
    } catch (error) {
      // An answer that says no is one, too.
      late = error instanceof HoldfastError && error.code === 'ENGINE_UNREACHABLE' ? late + 1 : 0;
      throw error;
    }
  };
  return {
    read: (path) => guarded(() => engine.read(path)),
    stream: (path) => guarded(() => engine.stream(path)),
  };
}
