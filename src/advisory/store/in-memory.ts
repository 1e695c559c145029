import type { Advisories, AdvisoriesInfo, Advisory, Exploitation, NamedPackage } from '#advisory/advisory.ts';

/** Advisories that are held in memory, with the look-ups of a file. */
export function advisoriesFromMemory(
  info: AdvisoriesInfo,
  advisories: readonly Advisory[],
  exploitations: ReadonlyMap<string, Exploitation>,
): Advisories {
  const byPackage = new Map<string, Advisory[]>();
  for (const advisory of advisories) {
    const key = `${advisory.ecosystem}\0${advisory.package}`;
    const held = byPackage.get(key);
    if (held === undefined) byPackage.set(key, [advisory]);
    else held.push(advisory);
  }
  const packagesOf = (id: string): readonly NamedPackage[] => {
    const found = new Map<string, NamedPackage>();
    for (const { id: own, aliases, upstream = [], withdrawn, ecosystem, package: name } of advisories) {
      if (withdrawn !== undefined || ![own, ...aliases, ...upstream].includes(id)) continue;
      found.set(`${ecosystem}\0${name}`, { ecosystem, name });
    }
    return [...found.values()];
  };
  return {
    info,
    lookup: (ecosystem, name) => byPackage.get(`${ecosystem}\0${name}`) ?? [],
    exploitation: (cve) => exploitations.get(cve),
    packagesOf,
    close: () => undefined,
  };
}
