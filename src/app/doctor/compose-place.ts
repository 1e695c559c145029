import { isPrintable } from '#app/doctor/shell-lines.ts';
import { shellWord } from '#volume/doctor/fix.ts';

/** Where a service of a compose project is written down. */
export interface ComposePlace {
  readonly service: string;
  /** Files, quoted for a shell: `--file compose.yaml`, several times. */
  readonly options: string;
  readonly files: readonly string[];
}

const MOST_FILES = 5;
/** As compose takes them; what begins with a dash would be an option. */
const PROJECT = /^[a-z0-9][a-z0-9_-]*$/;
const SERVICE = /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/;

/** By the labels that compose gives its containers; undefined for what was started otherwise. */
export function composePlace(labels: Readonly<Record<string, string>>): ComposePlace | undefined {
  const service = labels['com.docker.compose.service'];
  const files = (labels['com.docker.compose.project.config_files'] ?? '')
    .split(',')
    .filter((file) => file.startsWith('/') && isPrintable(file))
    .slice(0, MOST_FILES);
  const project = labels['com.docker.compose.project'];
  if (service === undefined || project === undefined || files.length === 0) return undefined;
  if (!SERVICE.test(service) || !PROJECT.test(project)) return undefined;
  const options = [`--project-name ${project}`, ...files.map((file) => `--file ${shellWord(file)}`)];
  return { service, options: options.join(' '), files };
}
