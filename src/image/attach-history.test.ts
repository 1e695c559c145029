import { expect, test } from 'vitest';
import { parseDigest } from '#core/digest.ts';
import type { HistoryEntry } from '#core/oci/config.ts';
import { layerInstructions } from '#image/attach-history.ts';

const digest = parseDigest(`sha256:${'c'.repeat(64)}`);
const instructions = (history: readonly HistoryEntry[], layers = history.filter((entry) => !entry.emptyLayer).length) =>
  layerInstructions({ os: 'linux', architecture: 'amd64', labels: {}, diffIds: Array(layers).fill(digest), history });
const cleaned = (createdBy: string) => instructions([{ createdBy, emptyLayer: false }])[0];

test.each([
  ['/bin/sh -c #(nop) ADD file:1a2b in / ', 'ADD file:1a2b in /'],
  ['/bin/sh -c #(nop)  COPY dir:1a2b in /app', 'COPY dir:1a2b in /app'],
  ['/bin/sh -c apt-get update && apt-get install -y curl', 'RUN apt-get update && apt-get install -y curl'],
  ['/bin/sh -c set -eux; \t\tmake;\n\tmake install', 'RUN set -eux; make; make install'],
  ['RUN /bin/sh -c apk add git # buildkit', 'RUN apk add git'],
  ['RUN |1 VERSION=1.2 /bin/sh -c make # buildkit', 'RUN make'],
  ['|2 A=1 B=two words /bin/sh -c make all', 'RUN make all'],
  ['COPY /a /b # buildkit', 'COPY /a /b'],
  ['WORKDIR /app', 'WORKDIR /app'],
  ['RUN /bin/bash -o pipefail -c make # buildkit', 'RUN /bin/bash -o pipefail -c make'],
  ["# debian.sh --arch 'amd64' out/ 'bookworm'", "# debian.sh --arch 'amd64' out/ 'bookworm'"],
  ['/bin/bash', '/bin/bash'],
  ['/bin/sh -c #(nop) CMD ["a"]\u001b[2J', 'CMD ["a"] [2J'],
])('%s is shown as %s', (createdBy, shown) => {
  expect(cleaned(createdBy)).toBe(shown);
});

test('a step that says nothing is unknown', () => {
  for (const createdBy of ['', ' \n', '/bin/sh -c #(nop) ']) expect(cleaned(createdBy)).toBeUndefined();
  expect(instructions([{ emptyLayer: false }])).toEqual([undefined]);
});

test('steps without a layer are left out', () => {
  const history = [
    { createdBy: 'ADD a /', emptyLayer: false },
    { createdBy: 'ENV A=1', emptyLayer: true },
    { createdBy: 'COPY b /', emptyLayer: false },
  ];
  expect(instructions(history)).toEqual(['ADD a /', 'COPY b /']);
});

test('nothing is guessed when history and layers do not go together', () => {
  expect(instructions([{ createdBy: 'ADD a /', emptyLayer: false }], 2)).toEqual([undefined, undefined]);
  expect(instructions([], 1)).toEqual([undefined]);
});

test('a long step is cut', () => {
  expect(cleaned(`RUN ${'x'.repeat(100_000)}`)).toHaveLength(2_001);
});
