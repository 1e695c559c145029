import type { HoldIntent, HoldStep } from '#volume/hold/hold-record.ts';
import type { OpenHold } from '#volume/hold/journal.ts';

/** How far the containers of a hold are, in memory and in the journal. */
export interface Progress {
  readonly steps: ReadonlyMap<string, HoldStep>;
  /** Must be in the journal before the engine is asked. @throws `FILE_NOT_WRITTEN` */
  asking(id: string): void;
  /** Is better known, but not needed: a journal that cannot be written must not keep anything from being released. */
  reached(id: string, step: Exclude<HoldStep, 'asking'>): void;
}

/** Begins with nothing asked. */
export function startProgress({ containers, method }: HoldIntent, open: OpenHold): Progress {
  const steps = new Map<string, HoldStep>();
  const place = (id: string) => containers.findIndex((container) => container.id === id);
  return {
    steps,
    asking: (id) => {
      // After a loss of power nothing is frozen any more; what was stopped stays stopped.
      open.step(place(id), 'asking', method === 'stop');
      steps.set(id, 'asking');
    },
    reached: (id, step) => {
      steps.set(id, step);
      try {
        open.step(place(id), step, false);
      } catch {
        // Whoever reads the journal looks at the container, too.
      }
    },
  };
}
