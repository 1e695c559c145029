import type { DoctorReport } from '#api/doctor-report.ts';

type Top = DoctorReport['images'][number]['top'][number];

/** `CVE-2021-3156 in sudo 1.8.27-1, layer 1, of the base image`. */
export function worstWords({ id, package: name, version, owner, layer, fixedVersions }: Top): string {
  const place = layer === undefined ? '' : `, layer ${layer}`;
  const fix = fixedVersions[0] === undefined ? ', no fix yet' : `, fixed in ${fixedVersions[0]}`;
  return `${id} in ${name} ${version}${place}${owner === 'base' ? ', of the base image' : ''}${fix}`;
}

/** Whether all was looked at and nothing of it is unknown: only then is silence good news. */
export function isWhole({ engine, looked, images, problems }: DoctorReport): boolean {
  return (
    engine.state === 'collected' &&
    problems.length === 0 &&
    looked.every(({ state }) => state === 'covered') &&
    images.every(({ severity, problems: met }) => severity !== 'unknown' && met === 0)
  );
}
