// Made-up scans for the record's cases.

import { createHash } from 'node:crypto';

/** Images that are scanned over and over. */
const IMAGES = 5000;

/** @param {string} text */
export const digestOf = (text) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const names = Array.from({ length: IMAGES }, (_, number) => digestOf(`image ${number}`));

/**
 * A scan of one of 5,000 images, as `recordScan` records it: a leaf of some 950 bytes.
 * @param {number} number
 * @param {string} inventory digest of its blob
 * @param {string} digest of the image
 * @param {string[]} groups digests of the blobs with its packages
 */
export function scanOf(number, inventory, digest = names[(number * 7919) % IMAGES] ?? '', groups = [inventory]) {
  const which = (number * 7919) % IMAGES;
  /** @type {import('#inventory/events.ts').ImageInventoried} */
  const data = {
    target: {
      kind: 'registry',
      reference: `registry.example/team-${which % 40}/service-${which}:1.${number % 9}`,
      digest,
      platform: 'linux/amd64',
    },
    inventory,
    groups,
    sbom: inventory,
    packages: { deb: 90 + (number % 50), npm: number % 200 },
    findings: { high: number % 7, low: number % 31, medium: number % 13 },
    knownExploited: number % 2,
    problems: 0,
    coverage: { covered: 90 + (number % 250) },
    advisories: { kind: 'file', builtAt: '2026-01-01T00:00:00.000Z', records: 200_000 },
  };
  return /** @type {const} */ ({
    stream: `image:${digest}`,
    events: [{ type: 'image.inventoried', data }],
    actor: 'bench',
  });
}

/**
 * New advisories, as `recordAdvisories` records them: a leaf of some 440 bytes, all in one stream.
 * @param {number} number
 */
export function updateOf(number) {
  /** @type {import('#advisory/events.ts').AdvisoriesUpdated} */
  const data = {
    ...{ kind: 'file', builtAt: '2026-01-01T00:00:00.000Z', records: 200_000 + number },
    ...{ ecosystems: 31, sources: [], failed: [], by: 'update' },
  };
  return /** @type {const} */ ({
    stream: 'advisories',
    events: [{ type: 'advisories.updated', data }],
    actor: 'bench',
  });
}
