import { expect, test } from 'vitest';
import { rollbackLine } from '#volume/guard/rollback.ts';

const SNAPSHOT = 'a'.repeat(64);
const plain = { repository: 'main', images: [], client: ['docker'] };

test('what is there is put back in place, what has gone is made anew', () => {
  const line = rollbackLine({
    ...plain,
    snapshots: [
      { name: 'db', snapshot: SNAPSHOT, gone: false },
      { name: '/srv/up loads', snapshot: SNAPSHOT, gone: false },
      { name: 'cache', snapshot: SNAPSHOT, gone: true },
      { name: '/srv/x', snapshot: SNAPSHOT, gone: true },
    ],
  });
  expect(line.split(' && ')).toEqual([
    'holdfast volume restore aaaaaaaaaaaa --volume db --in-place --repo main',
    "holdfast volume restore aaaaaaaaaaaa --bind '/srv/up loads' --in-place --repo main",
    'holdfast volume restore aaaaaaaaaaaa --volume cache --to cache --repo main',
    'holdfast volume restore aaaaaaaaaaaa --bind /srv/x --target /srv/x --repo main',
  ]);
});

test('images go back to what they stood for before the data, and the stack is started afterwards', () => {
  const line = rollbackLine({
    ...plain,
    engine: 'unix:///x',
    snapshots: [{ name: 'db', snapshot: SNAPSHOT, gone: false }],
    images: [{ reference: 'app:latest', id: 'sha256:1' }],
    start: ['docker', 'compose', '-f', "it's.yaml", 'up', '--detach'],
  });
  expect(line).toBe(
    'docker tag sha256:1 app:latest && ' +
      'holdfast volume restore aaaaaaaaaaaa --volume db --in-place --repo main --engine unix:///x && ' +
      "docker compose -f 'it'\\''s.yaml' up --detach",
  );
});

test('nothing kept is nothing to undo', () => {
  expect(rollbackLine({ ...plain, snapshots: [], start: ['docker', 'compose', 'up'] })).toBe('');
});
