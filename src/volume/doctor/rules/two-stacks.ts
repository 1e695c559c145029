import type { DiscoveredContainer, DiscoveredVolume, Discovery } from '#volume/discover/discovery.ts';
import { shellWord } from '#volume/doctor/fix.ts';
import type { DoctorRule, DoctorSeverity } from '#volume/doctor/rule.ts';

/** Says that a volume is shared on purpose: on the volume, or on every container that writes it. */
const LABEL = 'holdfast.volume.shared';

/** Two stacks that know nothing of each other write one volume. */
export const twoStacks: DoctorRule = {
  id: 'two-stacks',
  title: 'two stacks write one volume',
  kind: 'hazard',
  check: (discovery) =>
    discovery.volumes.flatMap((volume) => {
      const writers = writersOf(discovery, volume);
      const groups = [...new Set(writers.map(({ group }) => group))].sort();
      const [first] = writers;
      if (first === undefined || groups.length < 2 || onPurpose(volume, writers)) return [];
      const stop = groups.at(-1) ?? '';
      const names = writers.filter(({ group }) => group === stop).map(({ container }) => container.name);
      const { product } = discovery.engine;
      return [
        {
          severity: severityOf(writers),
          container: first.container,
          path: first.destination,
          evidence: [
            `volume ${volume.name} is written by ${groups.join(' and ')}`,
            writers.map(({ container, destination }) => `${container.name} at ${destination}`).join(', '),
          ],
          fix: [
            `${product} stop ${names.map(shellWord).join(' ')}  # if only one of them is meant to write`,
            `# if it is on purpose, say so with the label ${LABEL}=true on the volume or on each of the containers`,
          ],
        },
      ];
    }),
};

interface Writer {
  readonly container: DiscoveredContainer;
  readonly destination: string;
  /** Its stack, or itself with those that it takes volumes from. */
  readonly group: string;
}

function writersOf({ containers }: Discovery, { users }: DiscoveredVolume): readonly Writer[] {
  return users
    .filter(({ writable }) => writable)
    .flatMap((user): Writer[] => {
      const container = containers.find(({ id }) => id === user.container);
      if (container === undefined || container.state === 'created' || container.state === 'dead') return [];
      const giver = container.mounts.find(({ destination }) => destination === user.destination)?.from;
      const owner = giver === undefined ? undefined : containers.find(({ name }) => name === giver);
      return [
        { container, destination: user.destination, group: (owner ?? container).stack ?? giver ?? container.name },
      ];
    });
}

function onPurpose({ labels }: DiscoveredVolume, writers: readonly Writer[]): boolean {
  return labels[LABEL] === 'true' || writers.every(({ container }) => container.labels[LABEL] === 'true');
}

/** Two that run and belong to stacks: high. Containers started by hand may be a pair that somebody knows of. */
function severityOf(writers: readonly Writer[]): DoctorSeverity {
  const running = writers.filter(({ container: { state } }) => state !== 'exited');
  const groups = (list: readonly Writer[]) => new Set(list.map(({ group }) => group)).size;
  if (groups(running) < 2) return 'low';
  const inStacks = running.filter(({ container }) => container.stack !== undefined);
  if (groups(inStacks) >= 2) return 'high';
  const database = running.filter(({ container: { service } }) => service?.role === 'server');
  return database.length >= 2 ? 'high' : inStacks.length > 0 ? 'medium' : 'low';
}
