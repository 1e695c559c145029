import { expect, test } from 'vitest';
import { dumpHomes } from '#app/volume/snapshot/dump-homes.ts';

const part = (name: string, running: readonly string[], answered: readonly string[] = []) => ({
  name,
  running: running.map((id) => ({ container: { id } })),
  probed: { answers: answered.map((container) => ({ writer: { container } })) },
});

test('dumps are kept once, with the data that they are of', () => {
  const homes = dumpHomes([
    part('settings', ['db', 'app']),
    part('data', ['db'], ['db']),
    part('more', ['db', 'cache'], ['db', 'cache']),
  ]);
  expect([...homes].map(([container, { name }]) => [container, name])).toEqual([
    ['db', 'data'],
    ['app', 'settings'],
    ['cache', 'more'],
  ]);
});
