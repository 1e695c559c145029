import { copyVolume } from '#volume/doctor/fix.ts';
import type { DoctorRule } from '#volume/doctor/rule.ts';
import { anonymousPlaces } from '#volume/doctor/rules/anonymous-worth.ts';
import { shownContents } from '#volume/doctor/where.ts';

/** An anonymous volume outlives its container only as garbage that no new container finds. */
export const anonymousVolume: DoctorRule = {
  id: 'anonymous-volume',
  title: 'data in an anonymous volume',
  kind: 'loss',
  check: (discovery) =>
    anonymousPlaces(discovery)
      .filter(({ container }) => !container.removedAtEnd)
      .map(({ container, mount, contents, severity, service }) => ({
        severity,
        container,
        path: mount.destination,
        evidence: [
          `${mount.declared ? 'the image declares a VOLUME here and ' : ''}nothing named is mounted: volume ${mount.source.slice(0, 12)}`,
          ...(service === undefined ? [] : [`the data directory of ${service}`]),
          shownContents(contents),
          'a new container of the same image begins with an empty one',
        ],
        fix: copyVolume(discovery, container, mount.source, mount.destination),
      })),
};
