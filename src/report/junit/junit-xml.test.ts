import { describe, expect, it } from 'vitest';
import { draft, flawDraft, HOSTILE_DRAFT, reportOf } from '#report/items/items.fixture.ts';
import { junitXml } from '#report/junit/junit-xml.ts';

const written = (...given: Parameters<typeof reportOf>) => [...junitXml(reportOf(...given))].join('');

/** Attributes in the order of the one schema there is, Apache Ant's; texts without markup, and no character XML cannot hold. */
const TEXT = '[^<>&"\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\ufffe\\uffff]|&(?:amp|lt|gt|quot);';
const ATTRIBUTE = `"(?:${TEXT})*"`;
const CASE = new RegExp(
  `^ {4}<testcase classname=${ATTRIBUTE} name=${ATTRIBUTE} time="0"(?:/>|>(?:<skipped/>|<(failure|error) type="[a-z]+" message=${ATTRIBUTE}(?:/>|>(?:${TEXT}|\\n)*</\\1>))</testcase>)\n`,
  'u',
);
const SUITE = new RegExp(
  `^ {2}<testsuite name=${ATTRIBUTE} package="holdfast" id="(\\d+)" timestamp="2024-07-01T12:34:56" hostname="localhost" tests="(\\d+)" failures="(\\d+)" errors="(\\d+)" skipped="(\\d+)" time="0">\n {4}<properties/>\n`,
  'u',
);
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n';
const SUITE_END = '    <system-out/>\n    <system-err/>\n  </testsuite>\n';

/** Reads a report strictly: nothing may stand where it does not belong. */
function read(xml: string) {
  expect(xml.startsWith(HEAD)).toBe(true);
  let rest = xml.slice(HEAD.length);
  const take = (pattern: RegExp) => {
    const match = pattern.exec(rest);
    if (match !== null) rest = rest.slice(match[0].length);
    return match;
  };
  const suites: { sums: readonly number[]; cases: readonly string[] }[] = [];
  for (let suite = take(SUITE); suite !== null; suite = take(SUITE)) {
    const cases: string[] = [];
    for (let one = take(CASE); one !== null; one = take(CASE)) cases.push(one[0]);
    expect(rest.slice(0, SUITE_END.length)).toBe(SUITE_END);
    rest = rest.slice(SUITE_END.length);
    const counted = (tag: string) => cases.filter((text) => text.includes(`<${tag}`)).length;
    const [id, ...sums] = suite.slice(1).map(Number);
    expect(id).toBe(suites.length);
    expect(sums).toEqual([cases.length, counted('failure '), counted('error '), counted('skipped')]);
    suites.push({ sums, cases });
  }
  expect(rest).toBe('</testsuites>\n');
  return suites;
}

describe('JUnit XML', () => {
  it('is in Apache Ant’s form, and its sums are right, whatever images say', () => {
    expect(read(written([]))).toEqual([]);
    expect(read(written([[draft()], [flawDraft(), HOSTILE_DRAFT], []]))).toHaveLength(3);
  });

  it('has failures for what is wrong, errors for what could not be read, and skips what warns, is accepted or is no data', () => {
    const unknown = draft({ outcome: 'unknown', severity: 'unknown' });
    const [suite] = read(
      written([
        [
          draft(),
          draft({ outcome: 'warns', ruleId: 'w' }),
          draft({ outcome: 'accepted', ruleId: 'a' }),
          unknown,
          { ...unknown, ruleId: 'gap', gap: true },
        ],
      ]),
    );
    expect(suite?.sums).toEqual([5, 1, 1, 3]);
  });

  it('passes a subject with which nothing is wrong', () => {
    const [suite] = read(written([[]]));
    expect(suite?.cases).toEqual(['    <testcase classname="app:1" name="nothing is wrong" time="0"/>\n']);
  });

  it('has the verdict as a case of its own', () => {
    const verdict = (of: 'allow' | 'deny' | 'unknown') => read(written([[]], { verdict: of }))[0]?.sums;
    expect([verdict('allow'), verdict('deny'), verdict('unknown')]).toEqual([
      [1, 0, 0, 0],
      [1, 1, 0, 0],
      [1, 0, 1, 0],
    ]);
  });

  it('gives no two cases one name: readers keep only the first', () => {
    const names = [...written([[draft(), draft(), draft()]]).matchAll(/ name="([^"]*)" time/g)].map(([, name]) => name);
    expect(new Set(names).size).toBe(3);
  });
});
