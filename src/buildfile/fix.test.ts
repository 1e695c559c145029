import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixesFor } from '#buildfile/fix.ts';
import { findingsOf } from '#buildfile/judge.ts';
import { BUILD_RULES } from '#buildfile/rules/list.ts';
import { NO_SETTINGS } from '#buildfile/settings/settings.ts';
import { applyEdits } from '#core/apply-edits.ts';
import { runs } from '../../test/harness/runs.ts';

const OPTIONS = { path: 'Dockerfile', settings: NO_SETTINGS, context: { ignoreLines: ['.git', '.env'] } };
const all = () => true;

function mended(text: string): string {
  let now = text;
  for (let round = 0; round < 10; round += 1) {
    const edits = fixesFor(now, OPTIONS, all);
    if (edits.length === 0) return now;
    now = applyEdits(now, edits);
  }
  throw new Error('never done');
}

function rulesIn(text: string): readonly string[] {
  return [...new Set(findingsOf(text, OPTIONS).map(({ rule }) => rule.id))];
}

describe('mending', () => {
  it('clears what is mechanical in one file, and leaves the rest as it was', () => {
    const before = [
      'FROM debian:12.5 as base',
      'MAINTAINER Ada <ada@example.com>',
      'ENV LANG C.UTF-8',
      'add app /app',
      'RUN apt-get update && apt-get install \\',
      '    # why not',
      '    curl=7.88.1-10',
      'RUN pip install flask==3.0.3',
      'CMD app --now',
      '',
    ];
    expect(mended(before.join('\r\n')).split('\r\n')).toEqual([
      'FROM debian:12.5 AS base',
      'LABEL org.opencontainers.image.authors="Ada <ada@example.com>"',
      'ENV LANG=C.UTF-8',
      'COPY app /app',
      'RUN apt-get update && apt-get install --no-install-recommends -y \\',
      '    # why not',
      '    curl=7.88.1-10 && rm -rf /var/lib/apt/lists/*',
      'RUN pip install --no-cache-dir flask==3.0.3',
      'CMD ["app", "--now"]',
      '',
    ]);
  });

  it.each([
    ['apt where apt-get would show more', 'FROM a:1\nRUN apt install curl\n'],
    ['a script with other ends than a chain', 'FROM a:1\nRUN yum install -y a-1.0 || true\n'],
    ['ADD of a repository', 'FROM a:1\nADD git@example.com:a/b.git /b\n'],
    ['CMD beside an ENTRYPOINT', 'FROM a:1\nENTRYPOINT ["x"]\nCMD a b\n'],
    ['CMD with what a shell replaces', 'FROM a:1\nCMD a $B\n'],
    ['a builtin of the shell', 'FROM a:1\nCMD exit 1\n'],
    ['a command of another system’s shell', 'FROM mcr.microsoft.com/windows/nanoserver:1\nCMD dir\n'],
    ['a command where a comment names another shell', '# hadolint shell=pwsh\nFROM a:1\nCMD Get-Date\n'],
    ['a command in a file for another system', '# escape=`\nFROM a:1\nCMD dir\n'],
    ['ADD of what a pattern finds, perhaps archives', 'FROM a:1\nADD dist/* /app/\n'],
    ['a script that ends the shell', 'FROM a:1\nRUN yum install -y a-1.0 && exit 0\n'],
    ['a script that goes on as another program', 'FROM a:1\nRUN yum install -y a-1.0 && exec make\n'],
  ])('leaves %s', (_, text) => {
    expect(fixesFor(text, OPTIONS, all)).toEqual([]);
  });

  const line = fc.oneof(
    fc.constantFrom(
      ...BUILD_RULES.flatMap(({ bad, good }) => [bad, good]).flatMap((text) => text.trimEnd().split('\n').slice(1)),
    ),
    fc.constantFrom('# hadolint ignore=DL3008', 'FROM b:2 as x', 'RUN a \\', '  && b', '', 'SHELL ["/bin/bash", "-c"]'),
  );

  it('is done after once, makes no new findings and changes nothing else', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        const text = `FROM a:1${end}${lines.join(end)}${end}`;
        const once = mended(text);
        expect(mended(once)).toBe(once);
        const before = rulesIn(text);
        expect(rulesIn(once).filter((rule) => !before.includes(rule))).toEqual([]);
        expect(once.split(end)).toHaveLength(text.split(end).length);
        expect(/(?<!\r)\n/.test(once)).toBe(end === '\n' && /\n/.test(text));
      }),
      { numRuns: runs(30) },
    );
  });
});
