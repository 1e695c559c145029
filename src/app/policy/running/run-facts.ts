import type { Facts } from '#policy/facts/facts.ts';

/** What is known of how an image is run: parts of the facts. */
export type RunFacts = Pick<Facts, 'workload' | 'data'>;

const NOT_RUN = { state: 'not-collected', why: 'an image is judged, not how it is run' } as const;

/** Of an image by itself. */
export const NOT_RUNNING: RunFacts = { workload: NOT_RUN, data: NOT_RUN };
