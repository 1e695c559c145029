import { describe, expect, it } from 'vitest';
import { parseDigest } from '#core/digest.ts';
import type { HistoryEntry } from '#core/oci/config.ts';
import { baseImage } from './base-image.ts';

const NAME = 'org.opencontainers.image.base.name';
const DIGEST = 'org.opencontainers.image.base.digest';
const diffId = parseDigest(`sha256:${'a'.repeat(64)}`);

/** A step that makes a layer, or with a dash before it one that does not. */
function base(steps: readonly string[], labels = {}, annotations = {}, layers?: number) {
  const history = steps.map((step): HistoryEntry => {
    const emptyLayer = step.startsWith('-');
    return { createdBy: emptyLayer ? step.slice(1) : step, emptyLayer };
  });
  const diffIds = Array(layers ?? history.filter(({ emptyLayer }) => !emptyLayer).length).fill(diffId);
  const config = { os: 'linux', architecture: 'amd64', labels, diffIds, history };
  return baseImage({ annotations, config });
}

describe('the base image', () => {
  it.each([
    ['ends with its CMD', ['ADD a /', '-CMD ["bash"]', 'RUN b'], 1],
    ['ends with its ENTRYPOINT', ['ADD a /', '-ENTRYPOINT ["x"]', 'RUN b', 'RUN c'], 1],
    ['ends with the last CMD that a layer follows', ['ADD a /', '-CMD a', 'RUN b', '-CMD b', 'RUN c', '-CMD c'], 2],
    [
      'is told in the classic builder’s words',
      ['/bin/sh -c #(nop) ADD a in / ', '-/bin/sh -c #(nop)  CMD ["bash"]', 'x'],
      1,
    ],
    ['may have more settings behind its end', ['ADD a /', '-CMD a', '-ENV b=c', '-LABEL d=e', 'RUN f'], 1],
    ['is unknown when nothing follows its end', ['ADD a /', 'RUN b', '-CMD c'], 0],
    ['is unknown when there is no end', ['ADD a /', 'RUN b'], 0],
    ['does not end with words that only begin alike', ['ADD a /', '-CMDLINE x', 'RUN b'], 0],
    ['does not end with a step that made a layer', ['ADD a /', 'CMD odd', 'RUN b'], 0],
  ])('%s', (_, steps, layers) => {
    expect(base(steps)).toEqual({ layers, method: layers > 0 ? 'history' : 'none' });
  });

  it('is unknown when the history does not have one entry for each layer', () => {
    expect(base(['ADD a /', '-CMD b', 'RUN c'], {}, {}, 3)).toEqual({ layers: 0, method: 'none' });
    expect(base(['ADD a /', '-CMD b', 'RUN c'], {}, {}, 1)).toEqual({ layers: 0, method: 'none' });
  });

  it('is named by annotations, else by labels', () => {
    const steps = ['ADD a /', '-CMD b', 'RUN c'];
    const labels = { [NAME]: 'debian:12', [DIGEST]: 'sha256:label' };
    expect(base(steps, labels)).toEqual({ name: 'debian:12', digest: 'sha256:label', layers: 1, method: 'label' });
    expect(base(steps, labels, { [NAME]: 'alpine:3' })).toEqual({ name: 'alpine:3', layers: 1, method: 'annotation' });
    expect(base([], labels)).toMatchObject({ name: 'debian:12', layers: 0, method: 'label' });
  });

  it('is unknown when there is no config', () => {
    expect(baseImage({ annotations: {} })).toEqual({ layers: 0, method: 'none' });
  });
});
