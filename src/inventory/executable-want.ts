import type { LayerEntry } from '#image/entry.ts';
import type { Want } from '#image/layer-visitor.ts';
import type { CatalogContext, ExecutableCataloger } from '#inventory/cataloger.ts';
import type { Item } from '#inventory/package.ts';

/** Shows an executable to all that look inside such, at any offset or as it passes by; `found` gets what each finds. */
export function executableWant(
  entry: LayerEntry,
  catalogers: readonly ExecutableCataloger[],
  context: CatalogContext,
  found: (cataloger: string, find: () => Iterable<Item>) => void,
): Want {
  const { path, sizeBytes } = entry;
  return {
    kind: 'random',
    read: (readAt) => {
      for (const cataloger of catalogers) {
        found(cataloger.id, () => cataloger.probe(path, sizeBytes, readAt, context));
      }
    },
    stream: () => {
      const probes = catalogers.map((cataloger) => ({
        id: cataloger.id,
        probe: cataloger.stream(path, sizeBytes, context),
        wants: true,
      }));
      return {
        push: (chunk) => {
          for (const running of probes) if (running.wants) running.wants = running.probe.push(chunk);
          return probes.some(({ wants }) => wants);
        },
        end: () => {
          for (const { id, probe } of probes) found(id, () => probe.end());
        },
      };
    },
  };
}
