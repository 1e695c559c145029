import { existsSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { feeds } from '#advisory/feeds/list.ts';

const folder = new URL('.', import.meta.url);

it('lists the feeds that have a folder, each with a page on what it cannot see', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(feeds.map(({ id }) => id).sort()).toEqual(folders.map(({ name }) => name).sort());
  for (const { id } of feeds) expect(existsSync(new URL(`${id}/README.md`, folder))).toBe(true);
});
