import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { cachedStore } from './cached-store.ts';
import type { RemoteStore, WantedBytes } from './remote-store.ts';

const CONTENT = randomBytes(700_000);

function counted(fails: () => boolean = () => false) {
  const asked: WantedBytes[] = [];
  const store: RemoteStore = {
    list: async function* () {},
    read: async (_kind, _name, wanted) => {
      asked.push(wanted);
      if (fails()) throw new Error('once');
      return CONTENT.subarray(wanted.offsetBytes, wanted.offsetBytes + wanted.lengthBytes);
    },
    close: async () => undefined,
  };
  const read = (offsetBytes: number, lengthBytes: number, name = 'a') =>
    cached.read('pack', name, { offsetBytes, lengthBytes, whole: false });
  const cached = cachedStore(store);
  return { asked, cached, read };
}

it('gives any part as the store does, also across blocks and at the end', async () => {
  const { read } = counted();
  for (const [offset, length] of [
    [0, 1],
    [262_143, 2],
    [262_000, 200_000],
    [524_287, 175_713],
    [699_999, 1],
    [699_999, 100],
    [700_000, 5],
    [900_000, 5],
  ] as const) {
    expect((await read(offset, length)).equals(CONTENT.subarray(offset, offset + length))).toBe(true);
  }
});

it('asks once for what lies together, also when it is asked for at once', async () => {
  const { asked, read } = counted();
  await Promise.all(Array.from({ length: 20 }, (_, index) => read(index * 1000, 500)));
  expect(asked).toHaveLength(1);
  await read(300_000, 10);
  await read(10, 10, 'b');
  expect(asked).toHaveLength(3);
});

it('keeps nothing that failed, and nothing large', async () => {
  let failing = true;
  const { asked, read } = counted(() => failing);
  await expect(read(0, 10)).rejects.toThrow('once');
  failing = false;
  expect((await read(0, 10)).equals(CONTENT.subarray(0, 10))).toBe(true);
  await read(0, 300_000);
  expect(asked.at(-1)).toEqual({ offsetBytes: 0, lengthBytes: 300_000, whole: false });
});

it('gives memory that may be handed on: the next answer is whole all the same', async () => {
  const { read } = counted();
  const first = await read(0, 262_144);
  structuredClone(first.buffer, { transfer: [first.buffer as ArrayBuffer] });
  expect(first).toHaveLength(0);
  expect((await read(0, 262_144)).equals(CONTENT.subarray(0, 262_144))).toBe(true);
});

it('lets go of what was used least', async () => {
  const { asked, read } = counted();
  for (let index = 0; index < 300; index += 1) await read(0, 1, `pack ${index}`);
  await read(0, 1, 'pack 299');
  expect(asked).toHaveLength(300);
  await read(0, 1, 'pack 0');
  expect(asked).toHaveLength(301);
});
