import { readOperatorFile } from '#app/policy/read-operator-file.ts';
import { HoldfastError } from '#core/errors.ts';
import { readYamlFile } from '#policy/load/yaml-file.ts';
import { loadWaivers } from '#policy/waiver/load-waivers.ts';
import { readTrivyIgnore, readTrivyIgnoreYaml } from '#policy/waiver/trivy-ignore.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';

const MOST_BYTES = 1024 * 1024;

/** Waivers of files, and what of the files is not for us. */
export interface FoundWaivers {
  readonly waivers: readonly Waiver[];
  readonly notes: readonly string[];
}

/**
 * Reads files of waivers: our own, and Trivy's `.trivyignore` and `.trivyignore.yaml`, told apart by their content.
 * @throws `WAIVERS_INVALID`, `FILE_UNREADABLE`, both of kind `usage`
 */
export function readWaivers(paths: readonly string[], now: Date): FoundWaivers {
  const waivers: Waiver[] = [];
  const notes: string[] = [];
  for (const path of paths) {
    const found = readOne(path, now.getTime());
    for (const waiver of found.waivers) {
      if (waivers.some(({ id }) => id === waiver.id)) {
        throw new HoldfastError('WAIVERS_INVALID', `Two waivers are called ${waiver.id}`, {
          path,
          kind: 'usage',
          hint: 'Give one of them another id: verdicts say which of them counted.',
        });
      }
      waivers.push(waiver);
    }
    notes.push(...found.notes);
  }
  return { waivers, notes };
}

function readOne(path: string, now: number): FoundWaivers {
  const text = readOperatorFile(path, MOST_BYTES);
  // Lists of ids are no mapping; everything else is YAML.
  if (!/^\s*["']?[A-Za-z]+["']?\s*:|^\s*\{/m.test(text) || /(?:^|\/)\.trivyignore$/.test(path))
    return readTrivyIgnore(text, path, now);
  const yaml = readYamlFile(text, path, 'WAIVERS_INVALID');
  const { value } = yaml;
  const isOurs = typeof value !== 'object' || value === null || 'kind' in value || 'apiVersion' in value;
  return isOurs ? { waivers: loadWaivers(yaml, path, now), notes: [] } : readTrivyIgnoreYaml(yaml, path, now);
}
