import type { DiscoveredVolume, Discovery } from '#volume/discover/discovery.ts';
import { shellWord } from '#volume/doctor/fix.ts';
import type { Kept, KeptPromise } from '#volume/doctor/kept.ts';
import type { DoctorRule, DoctorSeverity } from '#volume/doctor/rule.ts';
import { isWorthKeeping } from '#volume/doctor/unkept.ts';
import { isEmpty, shownContents } from '#volume/doctor/where.ts';

const HOUR_MS = 3_600_000;

/** There is a repository, and a volume with data has no snapshot that is as young as a schedule, or a day, demands. */
export const noRecentSnapshot: DoctorRule = {
  id: 'no-recent-snapshot',
  title: 'no snapshot that is young enough',
  kind: 'hazard',
  check: (discovery, kept) => {
    const [repository] = kept?.repositories ?? [];
    if (kept === undefined || repository === undefined) return [];
    return discovery.volumes.flatMap((volume) => {
      const { name, mountpoint, contents } = volume;
      const promise = promiseFor(discovery, kept, volume);
      if (promise === undefined && !isWorthKeeping(discovery, volume)) return [];
      // What holds nothing, or cannot be looked into, is lost by nobody.
      if (contents === undefined || isEmpty(contents)) return [];
      const hours = promise?.hours ?? kept.defaultHours;
      const last = kept.targets.get(name);
      const since = latest([promise?.since ?? repository.addedAt, volume.createdAt, last?.at]);
      const ageHours = (Date.parse(discovery.at) - since) / HOUR_MS;
      if (!(ageHours > hours)) return [];
      return [
        {
          severity: severityOf(volume, promise, last !== undefined),
          path: mountpoint || name,
          evidence: [
            `volume ${name}: ${shownContents(contents)}`,
            last === undefined
              ? 'no complete snapshot of it is on the record'
              : `its newest complete snapshot is ${inWords(ageHours)} old`,
            promise === undefined
              ? `no schedule takes it; ${inWords(hours)} are the limit then`
              : `schedule ${promise.schedule} promises at most ${inWords(hours)}`,
          ],
          fix: [
            `holdfast volume snapshot ${shellWord(name)} --repo ${promise?.repository ?? repository.name}`,
            promise === undefined
              ? `holdfast volume schedule set ${nameFor(name)} --volume ${shellWord(name)} --repo ${repository.name} --max-age 24`
              : '# is the daemon running? holdfast volume schedule ls says why it failed',
          ],
        },
      ];
    });
  },
};

/** The strictest of the schedules that take a volume. */
function promiseFor({ containers }: Discovery, { promises }: Kept, volume: DiscoveredVolume): KeptPromise | undefined {
  const users = new Set(volume.users.map(({ container }) => container));
  const stacks = containers.flatMap(({ id, stack }) => (users.has(id) && stack !== undefined ? [stack] : []));
  const meant = promises.filter(
    ({ kind, name }) => kind === 'all' || (kind === 'volume' ? name === volume.name : stacks.includes(name)),
  );
  return meant.reduce<KeptPromise | undefined>(
    (best, one) => (best === undefined || one.hours < best.hours ? one : best),
    undefined,
  );
}

function severityOf(
  { contents, users }: DiscoveredVolume,
  promise: KeptPromise | undefined,
  hasSome: boolean,
): DoctorSeverity {
  const isDatabase = (contents?.databases.length ?? 0) > 0;
  if (promise !== undefined) return 'high';
  if (users.length === 0) return 'low';
  if (hasSome) return isDatabase ? 'medium' : 'low';
  return isDatabase ? 'high' : 'medium';
}

function latest(times: readonly (string | undefined)[]): number {
  return Math.max(...times.map((time) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time)));
}

function inWords(hours: number): string {
  if (hours < 2) return `${Math.max(1, Math.round(hours * 60))} minutes`;
  return hours < 72 ? `${Math.round(hours)} hours` : `${Math.round(hours / 24)} days`;
}

function nameFor(volume: string): string {
  const plain = volume.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return plain.slice(0, 63) || 'volume';
}
