import { expect, it } from 'vitest';
import { parseDigest } from '#core/digest.ts';
import type { SelectedLayer } from '#source/archive/selected-image.ts';
import { imageSize } from './image-size.ts';

const [a, b] = ['a', 'b'].map((digit) => parseDigest(`sha256:${digit.repeat(64)}`));
const layer = (path: string, sizeBytes?: number, digest = a): SelectedLayer => ({
  path,
  ...(sizeBytes === undefined ? {} : { sizeBytes }),
  expected: { ...(digest === undefined ? {} : { digest }), ...(b === undefined ? {} : { diffId: b }) },
});
const plain = (path: string, sizeBytes: number): SelectedLayer => ({ path, sizeBytes, expected: {} });

it('adds layers as they are stored, and says whether that is compressed', () => {
  expect(imageSize({ layers: [layer('x', 3), layer('y', 4, b)] })).toEqual({ bytes: 7, of: 'compressed' });
  expect(imageSize({ layers: [layer('x', 3, b)] })).toEqual({ bytes: 3, of: 'uncompressed' });
  expect(imageSize({ layers: [plain('0/layer.tar', 3)] })).toEqual({ bytes: 3, of: 'uncompressed' });
  expect(imageSize({ layers: [plain('0.tar.gz', 3)] })).toEqual({ bytes: 3, of: 'compressed' });
  expect(imageSize({ layers: [] })).toEqual({ bytes: 0, of: 'uncompressed' });
});

it('knows nothing where one layer is not known, unless the engine says what they unpack to', () => {
  expect(imageSize({ layers: [layer('x', 3), layer('y')] })).toBeUndefined();
  expect(imageSize({ layers: [plain('some/file', 3)] })).toBeUndefined();
  expect(imageSize({ layers: [layer('y')], unpackedBytes: 9 })).toEqual({ bytes: 9, of: 'unpacked' });
});
