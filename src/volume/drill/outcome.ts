/** How a drill, or a part of one, came out. */
export type DrillOutcome = 'passed' | 'failed' | 'unproven';

/**
 * The outcome of a drill by those of its parts. What failed fails it. Dumps are the second way back: those that could not be
 * tried take nothing from what the files have proven, and are named.
 * @param dumps of each container
 */
export function wholeOutcome(files: DrillOutcome, dumps: readonly DrillOutcome[]): DrillOutcome {
  return dumps.includes('failed') ? 'failed' : files;
}
