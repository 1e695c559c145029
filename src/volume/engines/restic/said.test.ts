import { expect, it } from 'vitest';
import { keepSaid } from '#volume/engines/restic/said.ts';

/** What is kept of these lines, with the secret `hunter22`. */
function said(...lines: readonly string[]) {
  const keeper = keepSaid(['hunter22']);
  for (const line of lines) keeper.add(line);
  return keeper.said();
}

it.each([
  [{ error: { Op: 'open', Path: '/d/x', Err: 13 }, during: 'archival', item: '/d/x' }, 'open /d/x: permission denied'],
  [{ error: { message: 'no room' }, during: 'archival', item: '/d/x' }, 'no room'],
  [{ error: {}, during: 'archival', item: '/d' }, '/d could not be read (archival); restic does not say why'],
  [{ error: {}, item: '/d' }, '/d could not be read; restic does not say why'],
])('an error about an item is a sentence: %j', (line, message) => {
  const kept = said(JSON.stringify({ message_type: 'error', ...line }));
  expect(kept).toEqual({ lines: [message], items: [{ path: line.item, message }], itemCount: 1 });
});

it('other lines stay as they are, without secrets', () => {
  const lines = said('Fatal: hunter22 is wrong', '', '{"message_type":"exit_error","message":"gone"}').lines;
  expect(lines).toEqual(['Fatal: *** is wrong', 'gone']);
});
