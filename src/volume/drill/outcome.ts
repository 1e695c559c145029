/** How a drill, or a part of one, came out. */
export type DrillOutcome = 'passed' | 'failed' | 'unproven';

/**
 * The outcome of a drill by those of its parts: the files, and the dumps of each container. What failed fails it; what could
 * not be proven of any part is not proven of the whole.
 */
export function wholeOutcome(parts: readonly DrillOutcome[]): DrillOutcome {
  if (parts.includes('failed')) return 'failed';
  return parts.includes('unproven') ? 'unproven' : 'passed';
}
