import type { AdvisoriesInfo, Advisory, Exploitation } from '#advisory/advisory.ts';
import alpine from './alpine.json' with { type: 'json' };
import debian from './debian.json' with { type: 'json' };
import exploited from './exploited.json' with { type: 'json' };
import go from './go.json' with { type: 'json' };
import maven from './maven.json' with { type: 'json' };
import npm from './npm.json' with { type: 'json' };
import pypi from './pypi.json' with { type: 'json' };
import { advisoriesOf, type StarterRow } from './row.ts';

/** The day up to which the facts of the set were gathered. Raise it with the facts. */
const BUILT_AT = '2026-11-21T00:00:00.000Z';

const ROWS: readonly (readonly [base: string, rows: readonly StarterRow[]])[] = [
  ['Alpine', alpine],
  ['Debian', debian],
  ['Go', go],
  ['Maven', maven],
  ['PyPI', pypi],
  ['npm', npm],
];

const SOURCES: readonly string[] = [
  'Alpine security database',
  'CISA known exploited vulnerabilities',
  'Debian changelogs and security advisories',
  'GitHub advisory database',
  'Go vulnerability database',
  'Photon OS advisories (severities)',
  'PyPA advisory database',
  'Bitnami vulnerability database (severities)',
];

/** What a first run without a network knows: the set itself, in the shape of an advisories file. */
interface StarterSet {
  readonly info: AdvisoriesInfo;
  readonly advisories: readonly Advisory[];
  /** By CVE. */
  readonly exploitation: ReadonlyMap<string, Exploitation>;
}

/**
 * The built-in set of well-known vulnerabilities. It is a sample, never a feed: `info.kind` is `starter`, and a package
 * that it does not name is not known to be clean. Import this module lazily: the data is parsed when it is.
 */
export function starterSet(): StarterSet {
  const advisories = ROWS.flatMap(([base, rows]) => rows.flatMap((row) => advisoriesOf(base, row)));
  const exploitation = new Map<string, Exploitation>(
    exploited.map(({ cve, since, ransomware }) => [
      cve,
      { knownExploitedSince: since, ...(ransomware === undefined ? {} : { ransomware }) },
    ]),
  );
  return { info: infoOf(advisories), advisories, exploitation };
}

/** Without `newest`: the newest date of a sample says nothing about how fresh it is. */
function infoOf(advisories: readonly Advisory[]): AdvisoriesInfo {
  const held = new Map<string, number>();
  for (const { ecosystem } of advisories) held.set(ecosystem, (held.get(ecosystem) ?? 0) + 1);
  const sorted = [...held].sort(([a], [b]) => (a < b ? -1 : 1));
  const ecosystems = Object.fromEntries(sorted.map(([name, records]) => [name, { records }]));
  return { kind: 'starter', builtAt: BUILT_AT, records: advisories.length, ecosystems, sources: SOURCES };
}
