import { expect, it } from 'vitest';
import { dpkgStatus, layerOf } from '../../test/fakes/layers.ts';
import { decodeLayer, encodeLayer } from './cached-layer.ts';

it('a layer comes back from its bytes as it was', async () => {
  const layer = await layerOf([
    { name: 'var/lib/dpkg/status', body: dpkgStatus('bash 5.2-1', 'libc6 2.36') },
    { name: 'etc/.wh.gone' },
    { name: 'opt/.wh..wh..opq' },
    { name: 'usr/bin/näme', body: 'x' },
  ]);
  expect(decodeLayer(encodeLayer(layer))).toEqual(layer);
  const empty = await layerOf([]);
  expect(decodeLayer(encodeLayer(empty))).toEqual(empty);
});

it('bytes of another kind are no layer', async () => {
  const bytes = encodeLayer(await layerOf([]));
  const length = bytes.readUInt32BE(0);
  for (const other of [
    Buffer.alloc(0),
    Buffer.from([0, 0]),
    Buffer.from('{"files":[]}'),
    bytes.subarray(0, 10),
    ...['null', '[]', '1', '{}', '{"files":[]}'].map((text) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(text.length);
      return Buffer.concat([head, Buffer.from(text)]);
    }),
  ]) {
    expect(decodeLayer(other)).toBeUndefined();
  }
  expect(length).toBeGreaterThan(10);
});
