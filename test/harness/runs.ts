const times = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 1);

/**
 * How often a costly property is tried with new random input: `usual` times, and more often where there is time for it
 * (`HOLDFAST_PROPERTY_RUNS=5` tries five times as many), as the soak and the runs on newer Node lines do.
 */
export function runs(usual: number): number {
  if (!Number.isInteger(times) || times < 1) throw new Error(`HOLDFAST_PROPERTY_RUNS is no count: ${times}`);
  return usual * times;
}
