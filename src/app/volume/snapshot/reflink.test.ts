import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reflink, reflinkPlaces, removeCopy } from './reflink.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-reflink-'));
  mkdirSync(join(directory, '_data'));
  writeFileSync(join(directory, '_data', 'file'), 'content');
});
afterAll(() => rmSync(directory, { recursive: true }));

it('whether files can share their blocks is tried, and leaves nothing; then all of it is copied, or it is said why not', async () => {
  const source = join(directory, '_data');
  const places = await reflinkPlaces([source]);
  expect(readdirSync(directory)).toEqual(['_data']);
  const place = { source, copy: join(directory, '.holdfast-copy') };
  if (places === undefined) {
    // ext4 and tmpfs cannot.
    await expect(reflink(place, new AbortController().signal)).rejects.toMatchObject({ code: 'REFLINK_FAILED' });
  } else {
    expect(places).toEqual([place]);
    await reflink(place, new AbortController().signal);
    expect(readFileSync(join(place.copy, 'file'), 'utf8')).toBe('content');
  }
  removeCopy(place);
  expect(existsSync(place.copy)).toBe(false);
});

it('beside a directory of the operator nothing is made, and one that cannot is none for all', async () => {
  expect(await reflinkPlaces([undefined])).toBeUndefined();
  expect(await reflinkPlaces([join(directory, '_data'), join(directory, 'nothing')])).toBeUndefined();
  expect(readdirSync(directory)).toEqual(['_data']);
});
