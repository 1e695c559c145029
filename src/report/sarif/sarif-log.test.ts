import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import type { ItemReport } from '#report/items/item-report.ts';
import { draft, flawDraft, HOSTILE_DRAFT, reportOf } from '#report/items/items.fixture.ts';
import { sarifLog } from '#report/sarif/sarif-log.ts';

const file = new URL('../../../test/fixtures/sarif-2.1.0-rtm.5.schema.json', import.meta.url);
// The schema is of draft 4; of what changed since it uses only the name of its own id.
const { id: _, $schema: __, ...schema } = JSON.parse(readFileSync(file, 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
formats.default(ajv);
const validate = ajv.compile(schema);

function written(report: ItemReport) {
  const log = JSON.parse(JSON.stringify(sarifLog(report)));
  expect(validate(log) ? [] : validate.errors).toEqual([]);
  const [run] = log.runs;
  return run;
}

describe('SARIF', () => {
  it('holds against the schema of the standard, whatever images say', () => {
    written(reportOf([]));
    written(reportOf([[draft()], [flawDraft()], [HOSTILE_DRAFT]]));
  });

  it('the schema would say no', () => {
    const log = JSON.parse(JSON.stringify(sarifLog(reportOf([[draft()]]))));
    log.runs[0].results[0].level = 'fatal';
    expect(validate(log)).toBe(false);
  });

  it('places a finding in its file, with the end behind the last character', () => {
    const [result] = written(reportOf([[draft()]])).results;
    expect(result).toMatchObject({ ruleId: 'build/rule', ruleIndex: 0, level: 'error' });
    expect(result.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: 'Dockerfile', uriBaseId: '%SRCROOT%' },
          region: { startLine: 3, startColumn: 5, endLine: 3, endColumn: 10 },
        },
      },
    ]);
    // GitHub makes its own for files that it has.
    expect(Object.keys(result.partialFingerprints)).toEqual(['holdfast/v1']);
  });

  it('names files below the run’s directory relative to it, and others by their whole address', () => {
    const uri = (path: string) =>
      written(reportOf([[draft({ positions: [{ kind: 'file', path, line: 1, column: 1 }] })]])).results[0].locations[0]
        .physicalLocation;
    expect(uri('/project/a b/#c').artifactLocation).toEqual({ uri: 'a%20b/%23c', uriBaseId: '%SRCROOT%' });
    expect(uri('./x/../y').artifactLocation.uri).toBe('y');
    expect(uri('/else/where').artifactLocation).toEqual({ uri: 'file:///else/where' });
    expect(uri('y').region).toEqual({ startLine: 1 });
  });

  it('places a flaw in an image below the image’s name without its tag, and says whose package it is', () => {
    const [result] = written(reportOf([[flawDraft()]])).results;
    const [location] = result.locations;
    expect(location.physicalLocation.artifactLocation.uri).toBe('registry.example%3A5000/app/app/package-lock.json');
    expect(location.logicalLocations).toEqual([
      { name: 'zlib', fullyQualifiedName: 'pkg:npm/zlib@1.0', kind: 'package' },
      { name: 'registry.example:5000/app:1', kind: 'image' },
    ]);
    expect(result.partialFingerprints.primaryLocationLineHash).toMatch(/^[0-9a-f]{64}:1$/);
    const [other] = written(
      reportOf([[flawDraft({ subject: { kind: 'image', name: 'registry.example:5000/app:2' } })]]),
    ).results;
    expect(other.partialFingerprints).toEqual(result.partialFingerprints);
  });

  it('gives a rule the worst severity of its results, as GitHub reads it', () => {
    const { driver } = written(
      reportOf([
        [
          flawDraft({ severity: 'low', identity: ['a'] }),
          flawDraft({ severity: 'critical', identity: ['b'] }),
          draft({ severity: 'medium', ruleId: 'm' }),
          draft({ severity: 'unknown', ruleId: 'u' }),
        ],
      ]),
    ).tool;
    const scores = driver.rules.map(({ id, properties }: { id: string; properties: Record<string, string> }) => [
      id,
      properties['security-severity'],
    ]);
    expect(scores).toEqual([
      ['CVE-2024-0001', '9.8'],
      ['m', '5.5'],
      ['u', undefined],
    ]);
  });

  it('does not believe a score that says another severity', () => {
    const { rules } = written(reportOf([[flawDraft({ severity: 'low' })]])).tool.driver;
    expect(rules[0].properties['security-severity']).toBe('2.0');
  });

  it('of a check, what denies is an error and what only warns is none, whatever the severity', () => {
    const items = [draft({ severity: 'low' }), draft({ severity: 'critical', outcome: 'warns', ruleId: 'w' })];
    const levels = (command: 'check' | 'lint') =>
      written(reportOf([items], { run: { command } })).results.map(({ level }: { level: string }) => level);
    expect(levels('check')).toEqual(['warning', 'error']);
    expect(levels('lint')).toEqual(['error', 'note']);
  });

  it('says that the run failed where something could not be read, not where there is nothing to compare with', () => {
    const unknown = draft({ outcome: 'unknown', severity: 'unknown' });
    const [failed] = written(reportOf([[unknown]])).invocations;
    expect(failed.executionSuccessful).toBe(false);
    expect(failed.toolExecutionNotifications).toMatchObject([{ level: 'warning', descriptor: { id: 'build/rule' } }]);
    const [done] = written(reportOf([[{ ...unknown, gap: true }]])).invocations;
    expect(done.executionSuccessful).toBe(true);
    expect(done.toolExecutionNotifications).toHaveLength(1);
  });

  it('leaves out and counts what somebody accepts', () => {
    const run = written(reportOf([[draft({ outcome: 'accepted' })]]));
    expect([run.results, run.properties.accepted]).toEqual([[], 1]);
  });

  it('keeps to GitHub’s limits, and says what they cost', () => {
    const many = Array.from({ length: 25_002 }, (_, at) => draft({ sentence: `${at}.`, severity: 'low' }));
    const places = Array.from(
      { length: 200 },
      (_, at) => ({ kind: 'file', path: `${at}`, line: 1, column: 1 }) as const,
    );
    const urgent = draft({ ruleId: 'urgent', positions: places, tags: places.map(({ path }) => path) });
    const log = sarifLog(reportOf([[...many, urgent]])).runs[0];
    expect(log?.results).toHaveLength(25_000);
    expect(log?.results[0]?.ruleId).toBe('urgent');
    expect(log?.results[0]?.locations).toHaveLength(100);
    expect(log?.tool.driver.rules[0]?.properties.tags).toHaveLength(10);
    expect(log?.invocations[0]?.toolExecutionNotifications.at(-1)?.message.text).toBe(
      '3 less severe results are not listed here: use --format json.',
    );
  });

  it('has no link and no placeholder that a viewer would follow', () => {
    const text = written(reportOf([[draft({ sentence: 'See [here](https://evil.example) and {0} and [a] b.' })]]))
      .results[0].message.text;
    expect(text).toBe('See \\[here](https://evil.example) and {{0}} and [a] b.');
  });
});
