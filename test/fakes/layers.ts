import { readTarStream } from '#base/tar/read-stream.ts';
import { withWhiteouts } from '#image/whiteouts.ts';
import type { Cataloger, ExecutableCataloger } from '#inventory/cataloger.ts';
import { CATALOGERS, EXECUTABLE_CATALOGERS } from '#inventory/catalogers/list.ts';
import { inventoryVisitor, type LayerMemory, prepareCatalogers } from '#inventory/inventory-layer.ts';
import type { LayerInventory } from '#inventory/layer-inventory.ts';
import { memoryBudget } from '#inventory/memory-budget.ts';
import { inChunks } from './chunks.ts';
import { type TarFile, tarOf } from './tar.ts';

export interface LayerOptions {
  readonly catalogers?: readonly Cataloger[];
  readonly executables?: readonly ExecutableCataloger[];
  readonly memory?: LayerMemory;
}

/** Room for any test's layer. */
export function ampleMemory(): LayerMemory {
  const ample = () => memoryBudget(1 << 30);
  return { tables: ample(), system: ample(), packages: ample(), lists: ample(), held: ample() };
}

/** A layer's inventory as reading its archive gives it. */
export async function layerOf(files: readonly TarFile[], options: LayerOptions = {}): Promise<LayerInventory> {
  const { catalogers = CATALOGERS, executables = EXECUTABLE_CATALOGERS, memory = ampleMemory() } = options;
  const visitor = inventoryVisitor(prepareCatalogers(catalogers, executables), memory);
  await readTarStream(inChunks(tarOf(files), 65_536), withWhiteouts(visitor));
  return visitor.finish();
}

/** `name version`, and what else its stanza says. */
export type StatusPackage = string | readonly [string, Readonly<Record<string, string>>];

/** A dpkg status file. */
export function dpkgStatus(...packages: readonly StatusPackage[]): string {
  return packages
    .map((found) => {
      const [named, more] = typeof found === 'string' ? [found, {}] : found;
      const [name = '', version = ''] = named.split(' ');
      const fields = {
        Package: name,
        Status: 'install ok installed',
        Version: version,
        Architecture: 'amd64',
        ...more,
      };
      return Object.entries(fields)
        .map(([key, value]) => `${key}: ${value}\n`)
        .join('');
    })
    .join('\n');
}
