import type { Advisories } from '#advisory/advisory.ts';
import { type OpenOptions, openTarget } from '#app/open-target.ts';
import type { Cache } from '#base/cache/directory-cache.ts';
import type { RangeHasher } from '#base/hash/range-hash.ts';
import { findFlaws } from '#finding/find.ts';
import type { Findings } from '#finding/finding.ts';
import type { ImageDescription } from '#image/image.ts';
import { CATALOGERS, EXECUTABLE_CATALOGERS } from '#inventory/catalogers/list.ts';
import { mergeLayers } from '#inventory/merge/merge-layers.ts';
import { executablesOf } from '#inventory/merge/merged-entries.ts';
import type { Executable, Inventory } from '#inventory/package.ts';
import { layerInventoryReader } from '#inventory/read-layer-inventory.ts';

export interface ScanDeps {
  readonly advisories: Advisories | undefined;
  readonly cache: Cache;
  readonly hasher: RangeHasher;
  readonly now: Date;
}

export interface ScanOptions extends OpenOptions {
  /** Also list the executables of the merged image. */
  readonly files: boolean;
  /** Also say why advisories are no finding. */
  readonly explainAbsences: boolean;
}

/** What one scan found. */
export interface Scan {
  readonly description: ImageDescription;
  readonly inventory: Inventory;
  readonly findings: Findings;
  /** Layers of the image; undefined where there are none. */
  readonly layers?: number;
  readonly leftOut: readonly string[];
  readonly executables?: readonly Executable[];
}

/** Takes a target, says what is inside and what is known to be wrong with it. @throws what opening and reading throw */
export async function scan(deps: ScanDeps, target: string, options: ScanOptions): Promise<Scan> {
  const opened = await openTarget(target, options);
  const judge = (inventory: Inventory) =>
    findFlaws(inventory, deps.advisories, { now: deps.now, explainAbsences: options.explainAbsences });
  if (opened.kind === 'sbom') {
    const { description, inventory } = opened;
    return { description, inventory, findings: judge(inventory), leftOut: [] };
  }
  try {
    const { description, layers } = await opened.image.read(
      layerInventoryReader({
        catalogers: CATALOGERS,
        executables: EXECUTABLE_CATALOGERS,
        cache: deps.cache,
        hasher: deps.hasher,
        verify: options.verify,
      }),
    );
    const inventory = mergeLayers(
      description,
      layers,
      [...CATALOGERS, ...EXECUTABLE_CATALOGERS].map(({ id }) => id),
    );
    return {
      description,
      inventory,
      findings: judge(inventory),
      ...(description.verified === 'not-applicable' ? {} : { layers: layers.length }),
      leftOut: opened.leftOut,
      ...(options.files ? { executables: executablesOf(layers.map(({ result }) => result)) } : {}),
    };
  } finally {
    await opened.image.close();
  }
}
