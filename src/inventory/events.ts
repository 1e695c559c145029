import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';
import { SEVERITIES } from '#core/severity.ts';

const counts = z.record(z.string(), z.number());

const inventoried = compiledObject({
  target: compiledObject({
    kind: z.string(),
    reference: z.string(),
    /** Of the image's manifest; targets that are no images have none. */
    digest: z.optional(z.string()),
    /** Of the image's config, which engines call its id. */
    imageId: z.optional(z.string()),
    platform: z.optional(z.string()),
  }),
  /** Digest of the blob with the inventory: what the image's packages are, and where. */
  inventory: z.string(),
  /** Digests of the blobs with its packages, one a layer: images share those of the layers that they share. */
  groups: z.array(z.string()),
  /** Digest of the blob with its findings, each by id and package; left out where nothing was found or compared. */
  flaws: z.optional(z.string()),
  /** Digest of the blob with the SBOM, CycloneDX JSON. */
  sbom: z.string(),
  /** Packages by type. */
  packages: counts,
  /** Findings by severity. */
  findings: counts,
  knownExploited: z.number(),
  /** What could not be read. */
  problems: z.number(),
  /** Packages by what was or was not compared for them. */
  coverage: counts,
  /** What was compared with; null when nothing was. */
  advisories: z.nullable(compiledObject({ kind: z.string(), builtAt: z.string(), records: z.number() })),
  /** Names of the containers that ran it. */
  containers: z.optional(z.array(z.string())),
});

export type ImageInventoried = z.infer<typeof inventoried>;

/** An image, or another target, was looked into. */
export const imageInventoried: EventDeclaration<'image.inventoried', ImageInventoried> = {
  type: 'image.inventoried',
  schemaVersion: 1,
  parse: (data) => inventoried.parse(data),
  upcasts: [],
  blobs: ({ inventory, groups, flaws, sbom }) => [inventory, ...groups, ...(flaws === undefined ? [] : [flaws]), sbom],
  summarise: ({ target, packages, findings, knownExploited, problems, coverage, advisories }) => {
    const exploited = knownExploited > 0 ? `, ${knownExploited} known to be exploited` : '';
    const uncompared = sum(coverage) - (coverage['covered'] ?? 0);
    // Nothing recognised is no good news: what is in it is not known.
    const unrecognised = sum(packages) === 0;
    const but = [
      advisories === null ? 'nothing compared' : uncompared > 0 ? `${uncompared} not compared` : '',
      problems > 0 ? `${problems} problems` : '',
    ].filter((part) => part !== '');
    return {
      subject: target.reference,
      outcome: problems > 0 || uncompared > 0 || unrecognised || advisories === null ? 'incomplete' : 'done',
      sentence: `${unrecognised ? 'no packages recognised' : `${sum(packages)} packages`}, ${findingsInWords(findings)}${exploited}${but.length > 0 ? ` (${but.join(', ')})` : ''}`,
    };
  },
};

function sum(counted: Readonly<Record<string, number>>): number {
  return Object.values(counted).reduce((all, one) => all + one, 0);
}

function findingsInWords(findings: Readonly<Record<string, number>>): string {
  const words = SEVERITIES.filter((level) => (findings[level] ?? 0) > 0).map((level) => `${findings[level]} ${level}`);
  return words.length === 0 ? 'no findings' : `${sum(findings)} findings: ${words.join(', ')}`;
}
