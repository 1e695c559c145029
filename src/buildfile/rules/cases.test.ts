import { describe, expect, it } from 'vitest';
import { findingsOf } from '#buildfile/judge.ts';
import { placesOf } from '#buildfile/model/span.ts';
import { NO_SETTINGS, type Settings } from '#buildfile/settings/settings.ts';

/** The lines on which a rule speaks. */
function linesOf(rule: string, text: string, settings: Partial<Settings> = {}): readonly number[] {
  const options = {
    path: 'Dockerfile',
    settings: { ...NO_SETTINGS, ...settings },
    context: { ignoreLines: undefined },
  };
  const placeOf = placesOf(text);
  return findingsOf(text, options)
    .filter((finding) => finding.rule.id === `build/${rule}`)
    .map(({ instruction }) => placeOf(instruction.span.start).line);
}

function file(...lines: readonly string[]): string {
  return ['FROM a:1', ...lines, ''].join('\n');
}

describe('caches of yum and dnf', () => {
  it.each([
    ['clean without all, which yum refuses', 'yum-cache-kept', 'RUN yum install -y vim-9.1 && yum clean', [2]],
    ['a part that is cleaned', 'yum-cache-kept', 'RUN yum install -y vim-9.1 && yum clean metadata', [2]],
    ['all that is cleaned', 'yum-cache-kept', 'RUN yum install -y vim-9.1 && yum -q clean all', []],
    ['what dnf by the name of yum keeps', 'yum-cache-kept', 'RUN yum install -y vim-9.1 && rm -rf /var/cache/dnf', []],
    [
      'a cache that is mounted',
      'yum-cache-kept',
      'RUN --mount=type=cache,target=/var/cache/yum yum install -y vim-9.1',
      [],
    ],
    ['packages that stay', 'dnf-cache-kept', 'RUN dnf install -y vim-9.1 && dnf clean dbcache', [2]],
    ['where dnf keeps nothing', 'dnf-cache-kept', 'RUN dnf install -y vim-9.1 && rm -rf /var/cache/yum', [2]],
    ['where microdnf keeps it', 'dnf-cache-kept', 'RUN microdnf install -y vim-9.1 && rm -rf /var/cache/yum', []],
  ])('%s', (_, rule, line, lines) => {
    expect(linesOf(rule, file(line))).toEqual(lines);
  });
});

describe('versions of rpm packages', () => {
  it.each([
    ['that ARG gives', ['ARG VIM=9.1', 'RUN dnf install -y "vim-$' + '{VIM}"'], []],
    ['that the script sets', ['RUN VIM=9.1 && dnf install -y vim-$VIM'], []],
    ['that nobody set', ['RUN dnf install -y vim-$VIM'], [2]],
  ])('%s', (_, text, lines) => {
    expect(linesOf('dnf-unpinned', file(...text))).toEqual(lines);
  });
});

describe('the user by name', () => {
  it.each([
    ['is said of the last USER alone', ['USER app', 'USER 1000'], []],
    ['is said where it comes last', ['USER 1000', 'USER app'], [3]],
    ['is not said of a stage that is no image', ['USER app', 'FROM b:1', 'USER 1000'], []],
    ['is said where the image has it from another stage', ['FROM b:1 AS base', 'USER app', 'FROM base'], [3]],
    ['may be what the build is given', ['ARG APP=1000', 'USER $' + '{APP}'], []],
    ['may be a number that ENV sets', ['ENV APP=1000', 'USER $APP:$APP'], []],
    ['is a name also where ENV sets it', ['ENV APP=app', 'USER $APP'], [3]],
  ])('%s', (_, text, lines) => {
    expect(linesOf('user-by-name', file(...text))).toEqual(lines);
  });
});

describe('labels that are asked for', () => {
  const settings = { labels: new Map([['team', 'text' as const]]) };
  it.each([
    ['are asked of each stage that no other uses', ['FROM b:1'], [1, 2]],
    ['come from the stage before', ['LABEL team=x', 'FROM b:1 AS c', 'FROM c', 'LABEL team=x'], []],
    ['are not asked of what files are copied from', ['FROM b:1', 'COPY --from=0 /a /a', 'LABEL team=x'], []],
    [
      'nor of what is mounted',
      ['FROM b:1 AS Tools', 'FROM c:1', 'LABEL team=x', 'RUN --mount=type=bind,from=tools,target=/t make'],
      [1],
    ],
  ])('%s', (_, text, lines) => {
    expect(linesOf('label-missing', file(...text), settings)).toEqual(lines);
  });

  it.each([
    ['Apache-2.0', []],
    ['GPL-2.0-or-later', []],
    ['GPLv3', [2]],
    ['Apache-2.0 OR MIT', [2]],
  ])('a licence is an identifier of the list: %s', (licence, lines) => {
    const asked = { labels: new Map([['about', 'spdx' as const]]) };
    expect(linesOf('label-licence', file(`LABEL about="${licence}"`), asked)).toEqual(lines);
  });
});

describe('names of stages', () => {
  it('are the same in any case, as builders take them', () => {
    expect(linesOf('copy-from-unknown', 'FROM a:1 AS Tools\nFROM b:1\nCOPY --from=tools /a /a\n')).toEqual([]);
    expect(linesOf('copy-from-itself', 'FROM a:1 AS Tools\nCOPY --from=tools /a /a\n')).toEqual([2]);
    expect(linesOf('stage-name-twice', 'FROM a:1 AS Tools\nFROM b:1 AS tools\n')).toEqual([2]);
    expect(linesOf('reserved-stage-name', 'FROM a:1 AS Scratch\n')).toEqual([1]);
    const settings = { trustedRegistries: ['x.example'] };
    expect(linesOf('untrusted-registry', 'FROM x.example/a:1 AS Tools\nFROM tools\n', settings)).toEqual([]);
  });

  it('may be numbers: a stage has the one of its place', () => {
    expect(linesOf('copy-from-itself', file('COPY --from=0 /a /a'))).toEqual([2]);
    expect(linesOf('copy-from-itself', file('FROM b:1', 'COPY --from=0 /a /a'))).toEqual([]);
  });
});

describe('the shell of a stage', () => {
  const bash = 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]';
  it('is that of the stage that it is made from', () => {
    const text = (from: string) => `FROM a:1 AS base\n${bash}\nFROM ${from}\nRUN sort a | uniq\nRUN [[ -e a ]]\n`;
    expect(linesOf('pipe-hides-failure', text('base'))).toEqual([]);
    expect(linesOf('sh-double-brackets', text('Base'))).toEqual([]);
    expect(linesOf('pipe-hides-failure', text('b:1'))).toEqual([4]);
    expect(linesOf('sh-double-brackets', text('b:1'))).toEqual([5]);
  });

  it('sets some variables to numbers, which need no quotes', () => {
    expect(linesOf('sh-unquoted-variable', file(bash, 'RUN echo $RANDOM $SECONDS'))).toEqual([]);
    expect(linesOf('sh-unquoted-variable', file(bash, 'RUN echo $RANDOMS'))).toEqual([3]);
  });
});

describe('archives', () => {
  it('are found by where builders put them', () => {
    const copy = (slash: string) => `COPY out${slash}app.tar.gz "C:/Files/"`;
    const unpack = 'RUN tar -xf "C:/Files/app.tar.gz"';
    expect(linesOf('archive-copied', `# escape=\`\n${file(copy('\\'), unpack)}`)).toEqual([3]);
    // Where the backslash is the sign that escapes, the file has another name.
    expect(linesOf('archive-copied', file(copy('\\'), unpack))).toEqual([]);
    expect(linesOf('archive-copied', file(copy('/'), unpack))).toEqual([2]);
  });

  it('that only newer builders unpack are no reason to write COPY', () => {
    expect(linesOf('add-for-files', file('ADD app.tar.zst /app/'))).toEqual([]);
  });
});
