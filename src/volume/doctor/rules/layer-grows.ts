import type { DiscoveredContainer } from '#volume/discover/discovery.ts';
import { copyLayer } from '#volume/doctor/fix.ts';
import type { DoctorRule } from '#volume/doctor/rule.ts';
import { isService, layerData } from '#volume/doctor/rules/layer-data.ts';
import { shownBytes } from '#volume/doctor/where.ts';

const LEAST_BYTES = 64 * 1024 * 1024;
const HOUR_MS = 3_600_000;
/** Before that a rate says nothing. */
const LEAST_MS = HOUR_MS / 6;

/** A container writes much where nothing is mounted, and what it writes looks like data. */
export const layerGrows: DoctorRule = {
  id: 'layer-grows',
  title: 'the container’s own layer grows',
  kind: 'loss',
  check: (discovery) =>
    discovery.containers.flatMap((container) => {
      const data = layerData(container);
      if (data === undefined || data.bytes < LEAST_BYTES) return [];
      return [
        {
          severity: isService(container) ? 'medium' : 'low',
          container,
          path: data.path,
          evidence: [
            `${shownBytes(data.bytes)} written on no mount${data.exact ? '' : ' (the whole layer)'}, most of it here`,
            ...rate(container, data.bytes, discovery.at),
          ],
          fix: copyLayer(discovery, container, data.path),
        } as const,
      ];
    }),
};

function rate({ createdAt }: DiscoveredContainer, bytes: number, at: string): readonly string[] {
  const passedMs = Date.parse(at) - Date.parse(createdAt);
  if (!(passedMs >= LEAST_MS)) return [];
  return [`${shownBytes((bytes / passedMs) * HOUR_MS)} an hour since ${createdAt.slice(0, 10)}`];
}
