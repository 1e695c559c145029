import type { Discovery } from '#volume/discover/discovery.ts';
import type { Kept, KeptRepository } from '#volume/doctor/kept.ts';
import type { DoctorRule } from '#volume/doctor/rule.ts';
import { shownBytes } from '#volume/doctor/where.ts';

const DAYS_SOON = 14;
const DAYS_URGENT = 3;

/** The disk that a repository is on will be full soon, or cannot take what a schedule wants to put there. */
export const repositoryTooSmall: DoctorRule = {
  id: 'repository-too-small',
  title: 'the repository will be full',
  kind: 'hazard',
  check: (discovery, kept) =>
    kept === undefined
      ? []
      : kept.repositories.flatMap((repository) => {
          const { name, freeBytes } = repository;
          if (freeBytes === undefined) return [];
          const days = daysLeft(repository);
          const wanted = firstBytes(discovery, kept, repository);
          const isSoon = days !== undefined && days < DAYS_SOON;
          if (!isSoon && wanted <= freeBytes) return [];
          const { growth } = repository;
          return [
            {
              severity: days !== undefined && days < DAYS_URGENT ? ('high' as const) : ('medium' as const),
              path: name,
              evidence: [
                `repository ${name} has ${shownBytes(freeBytes)} left on its disk`,
                ...(isSoon && growth !== undefined
                  ? [
                      `it grew by ${shownBytes(growth.bytes)} in ${Math.round(growth.days)} days: enough for ${Math.floor(days)} more`,
                    ]
                  : []),
                ...(wanted > freeBytes
                  ? [`volumes that schedules are still to put there for the first time hold ${shownBytes(wanted)}`]
                  : []),
              ],
              fix: [
                '# make room on that disk, or make a repository on a larger one:',
                'holdfast volume repo init NAME --location DIRECTORY --password-file FILE',
                `# and what is kept by: holdfast volume retention preview --repo ${name}`,
              ],
            },
          ];
        }),
};

function daysLeft({ freeBytes, growth }: KeptRepository): number | undefined {
  if (freeBytes === undefined || growth === undefined || growth.bytes <= 0) return undefined;
  return freeBytes / (growth.bytes / growth.days);
}

/** What has not been stored yet: compression may make less of it, so that this is the most. */
function firstBytes(
  { volumes, containers }: Discovery,
  { promises }: Kept,
  { name: repository, holds }: KeptRepository,
): number {
  const stackOf = (id: string) => containers.find((one) => one.id === id)?.stack;
  return volumes
    .filter(({ name, users }) => {
      if (holds.has(name)) return false;
      const stacks = users.map(({ container }) => stackOf(container));
      return promises.some(
        (promise) =>
          promise.repository === repository &&
          (promise.kind === 'all' ||
            (promise.kind === 'volume' ? promise.name === name : stacks.includes(promise.name))),
      );
    })
    .reduce((sum, { contents }) => sum + (contents?.sizeBytes ?? 0), 0);
}
