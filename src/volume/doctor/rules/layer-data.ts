import { isWithin } from '#core/container-path.ts';
import type { DiscoveredContainer, TreeSurvey } from '#volume/discover/discovery.ts';
import { isMadeAgain } from '#volume/doctor/where.ts';

/** Where programs and their settings are: what is written there came with an upgrade or an installation. */
const SOFTWARE =
  /^\/(?:usr|bin|sbin|lib|lib32|lib64|libx32|boot|etc|opt|go|root\/\.[^/]+|home\/[^/]+\/\.[^/]+|var\/lib\/(?:apt|dpkg|rpm|dnf|yum|apk|pacman|systemd|containers|containerd|docker|buildkit|gems)|(?:builds?|workspaces?|src|source|github|__w|__e))(?:\/|$)/;
/** Where a program that was merely run once would not write by chance. */
const DATA = /^\/(?:var\/(?:lib|opt|spool|mail|www|db|data)|data|srv|db|storage|config|media|mnt)(?:\/|$)/;

/** Data of a writable layer: its bytes, and the directory with the most of them. */
export interface LayerData {
  readonly bytes: number;
  readonly path: string;
  /** False where the engine told the size of the whole layer only. */
  readonly exact: boolean;
}

/** Whether it is meant to stay: restarted by the engine, or a member of a stack. */
export function isService({ restartPolicy, stack }: DiscoveredContainer): boolean {
  return stack !== undefined || !['no', '', 'on-failure'].includes(restartPolicy);
}

/**
 * What a container wrote that is neither software nor made again by itself. Of one that may be a single job, only what
 * lies where data is kept by custom counts.
 */
export function layerData(container: DiscoveredContainer): LayerData | undefined {
  const { layer, builder } = container;
  if (layer === undefined || builder) return undefined;
  const counts = (path: string) =>
    !isMadeAgain(path) && !SOFTWARE.test(path) && path !== '' && (isService(container) || DATA.test(path));
  const found = [...layer.survey.directories].filter(([path]) => counts(path));
  const sizes = groups(found);
  const [path, bytes] = [...sizes].reduce((best, one) => (one[1] > best[1] ? one : best), ['', -1] as [string, number]);
  if (bytes < 0) return undefined;
  if (layer.seen === 'in-place') {
    return { bytes: found.reduce((sum, [, one]) => sum + one, 0), path, exact: true };
  }
  return onlyData(layer.survey, counts) ? { bytes: layer.survey.sizeBytes, path, exact: false } : undefined;
}

/** Three levels at most, so that a million small directories are one place. */
function groups(found: readonly (readonly [string, number])[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [path, bytes] of found) {
    const key = path.split('/').slice(0, 4).join('/');
    sizes.set(key, (sizes.get(key) ?? 0) + bytes);
  }
  return sizes;
}

/** Without sizes of directories the whole is taken for data only where most of what changed is. */
function onlyData({ directories }: TreeSurvey, counts: (path: string) => boolean): boolean {
  const paths = [...directories.keys()].filter(
    (path) => path !== '' && !isWithin(path, '/etc') && !isWithin(path, '/run'),
  );
  return paths.filter(counts).length * 2 > paths.length;
}
