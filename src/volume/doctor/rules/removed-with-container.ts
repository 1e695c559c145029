import { copyVolume } from '#volume/doctor/fix.ts';
import type { DoctorRule, DoctorSeverity } from '#volume/doctor/rule.ts';
import { anonymousPlaces } from '#volume/doctor/rules/anonymous-worth.ts';
import { shownContents } from '#volume/doctor/where.ts';

const WORSE: Readonly<Record<DoctorSeverity, DoctorSeverity>> = {
  critical: 'critical',
  high: 'critical',
  medium: 'high',
  low: 'medium',
};

/** With `--rm` the engine deletes a container's anonymous volumes as soon as it ends. */
export const removedWithContainer: DoctorRule = {
  id: 'removed-with-container',
  title: '--rm deletes an anonymous volume',
  kind: 'loss',
  check: (discovery) =>
    anonymousPlaces(discovery)
      .filter(({ container }) => container.removedAtEnd)
      .map(({ container, mount, contents, severity, service }) => ({
        severity: WORSE[severity],
        container,
        path: mount.destination,
        evidence: [
          `started with --rm: volume ${mount.source.slice(0, 12)} is deleted when it stops`,
          ...(service === undefined ? [] : [`the data directory of ${service}`]),
          shownContents(contents),
        ],
        fix: copyVolume(discovery, container, mount.source, mount.destination),
      })),
};
