import type { Home } from '#app/home/home.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import type { Problem } from '#core/errors.ts';
import type { Holder } from '#volume/hold/holder.ts';

/** Something that the daemon did, for whoever reads along. */
export interface Said {
  readonly kind: 'info' | 'done' | 'failed';
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
}

export interface DaemonDeps {
  readonly home: Home;
  readonly environment: NodeJS.ProcessEnv;
  readonly actor: string;
  readonly now: () => Date;
  readonly self: Holder;
  /** Ends the daemon; its reason is the signal's name. */
  readonly signal: AbortSignal;
  readonly say: (said: Said) => void;
  /** Does what is due now, and ends. Nobody watches the engine then. */
  readonly once: boolean;
  readonly checkEveryHours: number;
  readonly checkParts: number;
  readonly connect: () => Promise<EngineControl>;
  /** Does something with the record, and tells what could not be copied when it is closed. */
  readonly onRecord: <T>(job: (record: OpenRecord) => Promise<T>) => Promise<T>;
}

/** What went wrong, as it is said. */
export function saidOf({ code, message, hint }: Problem): Said {
  return { kind: 'failed', message, code, ...(hint === undefined ? {} : { hint }) };
}
