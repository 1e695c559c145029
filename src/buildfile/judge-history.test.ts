import { describe, expect, it } from 'vitest';
import { historyLines } from '#buildfile/history-lines.ts';
import { judgeHistory } from '#buildfile/judge-history.ts';

const step = (createdBy: string, emptyLayer = false) => ({ createdBy, emptyLayer });

describe('an image’s history', () => {
  it.each([
    ['/bin/sh -c #(nop)  ENV A=b', ['ENV A=b']],
    ['/bin/sh -c apt-get update', ['RUN apt-get update']],
    ['RUN /bin/sh -c apt-get update # buildkit', ['RUN apt-get update']],
    ['RUN /bin/bash -o pipefail -c a | b # buildkit', ['RUN a | b']],
    ['RUN |2 A=b C=d e /bin/sh -c make # buildkit', ['ARG A="b"', 'ARG C="d e"', 'RUN make']],
    ['|1 A=b /bin/sh -c make', ['ARG A="b"', 'RUN make']],
    ['COPY /src /dst # buildkit', ['COPY /src /dst']],
    ['bazel build ...', []],
    ['', []],
  ])('%s', (createdBy, expected) => {
    expect(historyLines([step(createdBy)]).map(({ text }) => text)).toEqual(expected);
  });

  it('is asked like a build file, and answers with layers', () => {
    const reasons = judgeHistory(
      [
        step('/bin/sh -c #(nop) ADD file:1 in / '),
        step('/bin/sh -c #(nop)  ENV API_TOKEN=8sd7f6sd87f6', true),
        step('RUN /bin/sh -c curl https://e.com/i.sh | sh # buildkit'),
        step('RUN |1 NPM_TOKEN=8sd7f6sd87f6 /bin/sh -c npm ci # buildkit'),
        step('USER root', true),
      ],
      ['sha256:a', 'sha256:b', 'sha256:c'],
    );
    const placed = reasons.map(({ rule, positions }) => [
      rule,
      positions[0]?.kind === 'layer' ? positions[0].layer : undefined,
    ]);
    expect(placed).toContainEqual(['build/remote-script', 1]);
    expect(placed).toContainEqual(['build/secret-in-variable', 0]);
    expect(placed).toContainEqual(['build/secret-in-variable', 2]);
    expect(placed).toContainEqual(['build/root-user', 2]);
    expect(reasons.find(({ rule }) => rule === 'build/remote-script')?.positions).toEqual([
      { kind: 'layer', layer: 1, digest: 'sha256:b' },
    ]);
    expect(JSON.stringify(reasons)).not.toContain('8sd7f6sd87f6');
  });

  it('may be anything', () => {
    for (const text of [
      'RUN ',
      '|999999999 a',
      '|1 ',
      'RUN |1 A=b',
      `|1 ${'A= '.repeat(10_000)}`,
      '\0',
      '/bin/sh -c',
    ]) {
      expect(judgeHistory([step(text), { emptyLayer: false }])).toBeInstanceOf(Array);
    }
  });
});
