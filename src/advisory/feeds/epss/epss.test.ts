import { expect, it } from 'vitest';
import { openEpssCsv } from '#advisory/feeds/epss/csv.ts';
import { epss } from '#advisory/feeds/epss/index.ts';
import { parseWith } from '#advisory/feeds/feed.fixture.ts';

function readCsv(lines: readonly string[]) {
  const reader = openEpssCsv(lines[0] ?? '');
  return lines.flatMap((line) => [...(reader?.line(line) ?? [])]);
}

const ROW = 'CVE-1999-0001,0.00383,0.73075';
const SCORE = { score: 0.00383, percentile: 0.73075 };

it('reads the daily CSV with its date', () => {
  const header = '#model_version:v2023.03.01,score_date:2025-02-20T00:00:00+0000';
  expect(readCsv([header, 'cve,epss,percentile', ROW])).toEqual([
    { kind: 'exploitation', cve: 'CVE-1999-0001', exploitation: { epss: { ...SCORE, date: '2025-02-20' } } },
  ]);
});

it.each([
  ['without a date', ['#model_version:v2023.03.01', 'cve,epss,percentile', ROW]],
  ['without a comment', ['cve,epss,percentile', ROW]],
])('reads files %s', (_, lines) => {
  expect(readCsv(lines)).toEqual([{ kind: 'exploitation', cve: 'CVE-1999-0001', exploitation: { epss: SCORE } }]);
});

it.each([
  ['other columns', 'invalid,header,format'],
  ['more columns', 'cve,epss,percentile\nCVE-1999-0001,0.1,0.2,0.3'],
  ['a score above one', 'cve,epss,percentile\nCVE-1999-0001,1.1,0.2'],
  ['no score', 'cve,epss,percentile\nCVE-1999-0001,,0.2'],
  ['no CVE', 'cve,epss,percentile\nCVE-X,0.1,0.2'],
])('refuses a line with %s', (_, text) => {
  expect(() => readCsv(['#model_version:v2023.03.01', ...text.split('\n')])).toThrow(
    expect.objectContaining({ code: 'ADVISORY_RECORD_INVALID' }),
  );
});

it('leaves other text alone', () => {
  expect(openEpssCsv('name,age')).toBeUndefined();
});

it("reads the API's answer", () => {
  const data = [
    { cve: 'CVE-2022-27225', epss: '0.001', percentile: '0.5', date: '2025-02-20' },
    { cve: 'CVE-2022-27226', epss: 'high', percentile: '0.5' },
  ];
  const { exploitations, problems } = parseWith(epss, { status: 'OK', data });
  expect(exploitations).toEqual({ 'CVE-2022-27225': { epss: { score: 0.001, percentile: 0.5, date: '2025-02-20' } } });
  expect(problems).toHaveLength(1);
});
