/** Numbers from 0 to 1 that the seed gives again (the constants are those of Numerical Recipes' linear congruence). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  // The first ones of small seeds are alike.
  for (let skipped = 0; skipped < 8; skipped += 1) next();
  return next;
}
