import { expect, it } from 'vitest';
import type { LogEntry } from '#api/log-entry.ts';
import { CSV_HEAD, csvLine } from './log-csv.ts';

const ENTRY: LogEntry = {
  position: 1,
  at: '2026-11-22T10:00:00.000Z',
  actor: 'somebody',
  type: 'thing.happened',
  stream: 's',
  version: 1,
  schemaVersion: 1,
  key: 'k',
  data: {},
  metadata: {},
};

it('keeps cells that hold separators, quotes and line ends apart', () => {
  const line = csvLine({ ...ENTRY, subject: 'a "b", c', sentence: 'one\ntwo' });
  expect(line).toBe('1,2026-11-22T10:00:00.000Z,somebody,thing.happened,,"a ""b"", c","one\ntwo",s,1\r\n');
  expect(CSV_HEAD.split(',')).toHaveLength(9);
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('makes no formula of %j', (subject) => {
  expect(csvLine({ ...ENTRY, subject })).toMatch(/,"?'/);
});
