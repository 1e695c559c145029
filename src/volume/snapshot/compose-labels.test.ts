import { expect, it } from 'vitest';
import { composeLabels } from '#volume/snapshot/compose-labels.ts';

it('keeps what Compose knows its volumes by, and nothing else', () => {
  const own = {
    'com.docker.compose.project': 'shop',
    'com.docker.compose.volume': 'db',
    'io.podman.compose.project': 'x',
  };
  const others = {
    'holdfast.volume.shared': 'true',
    'com.docker.compose.': 'x',
    'com.docker.compose.long': 'x'.repeat(201),
    'com.docker.compose.odd': 'a\nb',
    'xcom.docker.compose.project': 'x',
  };
  expect(composeLabels({ ...own, ...others })).toEqual(own);
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`com.docker.compose.l${n}`, 'x']));
  expect(Object.keys(composeLabels(many))).toHaveLength(10);
});
