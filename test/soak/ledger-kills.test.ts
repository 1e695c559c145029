import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_PHASES, histogram, killOften } from '../harness/kills/kill-often.ts';
import { type Rounds, startRounds } from '../harness/kills/rounds.ts';

const KILLS = Number(process.env['HOLDFAST_SOAK_ROUNDS'] ?? 120);
const SEED = Number(process.env['HOLDFAST_SOAK_SEED'] ?? 1);

describe('the record, its 16 writers killed at any moment', () => {
  let rounds: Rounds;
  beforeAll(async () => {
    rounds = await startRounds();
  });
  afterAll(() => rounds?.remove());

  it(`loses nothing that was acknowledged, doubles nothing and tears nothing (${KILLS} kills, seed ${SEED})`, async () => {
    const hit = await killOften(rounds, { kills: KILLS, phases: ALL_PHASES, seed: SEED, each: 8, roundsOfAHome: 12 });
    process.stdout.write(histogram(hit));
    expect([...hit].filter(([, times]) => times === 0)).toEqual([]);
  });
});
