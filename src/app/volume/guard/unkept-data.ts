import type { Problem } from '#core/errors.ts';
import type { DiscoveredContainer, Discovery } from '#volume/discover/discovery.ts';
import { examine } from '#volume/doctor/examine.ts';
import type { DoctorFinding } from '#volume/doctor/rule.ts';
import { mountAt } from '#volume/doctor/where.ts';

/** Data that a command may take away and no snapshot holds: it is in no volume. */
export interface UnkeptData {
  /** It may be lost, or is not much. */
  readonly problems: readonly Problem[];
  /** It will be lost. */
  readonly lost?: Problem;
}

/** What a command does to the containers that it names: by its last word. */
const ENDS: readonly string[] = ['rm', 'down', 'stop', 'kill', 'restart'];
const REMOVES: readonly string[] = ['rm', 'down'];
/** Compose makes containers anew where their settings have changed. */
const MAY_REPLACE: readonly string[] = ['up', 'create', 'scale', 'watch'];

/**
 * Looks for data in the containers’ own layers and in memory, as far as a command takes them away.
 * @param words program and subcommand
 * @param look discovers with layers; asked only where the command may take something away
 * @throws what `look` throws
 */
export async function unkeptData(
  look: () => Promise<Discovery>,
  words: string,
  containers: readonly Pick<DiscoveredContainer, 'id'>[],
): Promise<UnkeptData> {
  const verb = words.slice(words.lastIndexOf(' ') + 1);
  if (containers.length === 0 || ![...ENDS, ...MAY_REPLACE].includes(verb)) return { problems: [] };
  return judge(await look(), verb, containers);
}

function judge(discovery: Discovery, verb: string, containers: readonly Pick<DiscoveredContainer, 'id'>[]): UnkeptData {
  const ids = new Set(containers.map(({ id }) => id));
  const found = examine(discovery).flatMap((finding): (DoctorFinding & { readonly isSure: boolean })[] => {
    const { container, path } = finding;
    if (container === undefined || !ids.has(container.id) || !LOSSES.includes(finding.rule)) return [];
    const place = mountAt(container, path);
    // What is in a volume, named or not, is kept.
    if (place !== undefined && place.kind !== 'tmpfs') return [];
    if (MAY_REPLACE.includes(verb)) return [{ ...finding, isSure: false }];
    const goes = REMOVES.includes(verb) || container.removedAtEnd || (place !== undefined && ENDS.includes(verb));
    return goes ? [{ ...finding, isSure: finding.severity === 'critical' || finding.severity === 'high' }] : [];
  });
  const lost = found.filter(({ isSure }) => isSure);
  const problems = found.filter(({ isSure }) => !isSure).map((one) => problemOf([one], 'may be lost'));
  return { problems, ...(lost.length === 0 ? {} : { lost: problemOf(lost, 'would be lost') }) };
}

const LOSSES: readonly string[] = [
  'data-on-no-mount',
  'database-in-layer',
  'database-on-tmpfs',
  'mount-one-off',
  'layer-grows',
];
const MOST_NAMED = 5;

function problemOf(findings: readonly DoctorFinding[], what: string): Problem {
  const places = findings.slice(0, MOST_NAMED).map(({ container, path }) => `${container?.name ?? ''}:${path}`);
  const more = findings.length > MOST_NAMED ? ` and ${findings.length - MOST_NAMED} more` : '';
  return {
    code: 'GUARD_NOT_IN_A_VOLUME',
    message: `Data in no volume ${what}, which no snapshot holds: ${places.join(', ')}${more}`,
    hint: 'holdfast volume doctor says what it is, and how to put it into a volume.',
  };
}
