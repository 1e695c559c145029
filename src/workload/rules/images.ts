import { parseReference, type Reference } from '#core/reference.ts';
import type { Container } from '#workload/model/container.ts';
import { cis, inContainers, nist, pci, type RunRule, soc, who } from '#workload/rule.ts';

const service = (image: string) => `services:\n  web:\n    image: ${image}\n`;
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** The image as a reference; undefined where it is unknown, or an id that an engine gave it. */
export function referenceOf({
  image,
}: Container): { readonly reference: Reference; readonly text: string } | undefined {
  if (image?.state !== 'known' || /^(?:sha256:)?[0-9a-f]{64}$/.test(image.value)) return undefined;
  try {
    return { reference: parseReference(image.value), text: image.value };
  } catch {
    return undefined;
  }
}

export const latestImage: RunRule = {
  id: 'run/latest-image',
  title: 'images are named by a version',
  severity: 'medium',
  why: 'latest is another image tomorrow: nobody can say what runs, and a restart is an unplanned upgrade.',
  elsewhere: [cis('5.28'), nist('4.2.2'), pci('6.3.3'), soc('CC7.1')],
  bad: service('example/web:latest'),
  good: service('example/web:1.2'),
  workload: (workload) =>
    inContainers(workload, (container) => {
      const found = referenceOf(container);
      if (found === undefined || found.reference.digest !== undefined || found.reference.tag !== 'latest')
        return undefined;
      return {
        at: [container.image?.at ?? container.at],
        sentence: `${who(container)} runs ${found.text.endsWith(':latest') ? found.text : `${found.text}, which means latest`}.`,
        fix: 'Name a version, and its digest: name:version@sha256:….',
      };
    }),
};

export const unpinnedImage: RunRule = {
  id: 'run/unpinned-image',
  title: 'images are pinned by digest',
  severity: 'low',
  why: 'A tag can be pushed again: what was vetted is then not what runs.',
  elsewhere: [cis('5.28'), nist('4.1.5'), pci('6.3.2'), soc('CC8.1')],
  bad: service('example/web:1.2'),
  good: service(`example/web:1.2@${DIGEST}`),
  workload: (workload) =>
    inContainers(workload, (container) => {
      const found = referenceOf(container);
      if (found === undefined || found.reference.digest !== undefined || found.reference.tag === 'latest')
        return undefined;
      return {
        at: [container.image?.at ?? container.at],
        sentence: `${who(container)} runs whatever ${found.text} means when it is pulled.`,
        fix: `Add its digest: ${found.text}@sha256:….`,
      };
    }),
};
