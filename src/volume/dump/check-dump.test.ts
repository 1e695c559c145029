import { expect, test } from 'vitest';
import { checkedDump } from '#volume/dump/check-dump.ts';
import type { DumpCheck } from '#volume/dump/dump-hook.ts';
import { gathered, inChunks } from '../../../test/fakes/chunks.ts';

const END = Buffer.from('\nholdfast-end-0123\n');
const read = (bytes: Buffer, check: DumpCheck, size = 7) =>
  gathered(checkedDump(inChunks(bytes, size), 'a dump', check, END));
const TEXT: DumpCheck = { trailer: '-- Dump completed' };

test('a whole dump is passed on without what marks its end, however it is cut', async () => {
  const dump = Buffer.from('-- head\nINSERT 1;\n-- Dump completed on a day\n');
  const all = Buffer.concat([dump, END]);
  for (let size = 1; size <= all.length + 1; size += 1) expect(await read(all, TEXT, size)).toEqual(dump);
});

test('cut at any byte, it is truncated', async () => {
  const all = Buffer.concat([Buffer.from('rows\n-- Dump completed\n'), END]);
  for (let length = 0; length < all.length; length += 1) {
    await expect(read(all.subarray(0, length), TEXT)).rejects.toMatchObject({ code: 'DUMP_TRUNCATED' });
  }
});

test('a command that succeeds without its own end, or with another head, is not believed', async () => {
  const of = (text: string) => Buffer.concat([Buffer.from(text, 'latin1'), END]);
  await expect(read(of('rows\n'), TEXT)).rejects.toMatchObject({ code: 'DUMP_TRUNCATED' });
  // Only the end counts.
  await expect(read(of(`-- Dump completed\n${'x'.repeat(5000)}`), TEXT)).rejects.toMatchObject({
    code: 'DUMP_TRUNCATED',
  });
  const rdb: DumpCheck = { heads: [Buffer.from('REDIS'), Buffer.from('VALKEY')], lastByte: { value: 0xff, before: 8 } };
  expect((await read(of('REDIS0011...\xff12345678'), rdb)).length).toBe(21);
  expect((await read(of('VALKEY080...\xff12345678'), rdb, 1)).length).toBe(21);
  for (const text of ['REDIS0011...\xff1234567', 'OTHER0011...\xff12345678', '', 'REDI'])
    await expect(read(of(text), rdb)).rejects.toMatchObject({ code: 'DUMP_TRUNCATED' });
});

test('last bytes are looked for at the very end', async () => {
  const of = (text: string) => Buffer.concat([Buffer.from(text, 'latin1'), END]);
  const check: DumpCheck = { tail: Buffer.from([0xff, 0xff]) };
  expect((await read(of('rows\xff\xff'), check)).length).toBe(6);
  for (const text of ['rows\xff\xff.', 'rows\xff', '\xff', ''])
    await expect(read(of(text), check)).rejects.toMatchObject({ code: 'DUMP_TRUNCATED' });
});

test('an empty dump without a form of its own may be empty', async () => {
  expect((await read(END, {})).length).toBe(0);
});
