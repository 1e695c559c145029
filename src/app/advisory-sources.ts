import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '#app/data-directory.ts';
import { HoldfastError } from '#core/errors.ts';

/** One thing to download. */
export interface AdvisorySource {
  /** What people call it: `Debian`, `KEV`. */
  readonly name: string;
  readonly url: string;
  /** Where it is kept. */
  readonly file: string;
  /** What its bytes begin with, one of these. */
  readonly begins: readonly string[];
}

const OSV_EXPORTS = 'https://osv-vulnerabilities.storage.googleapis.com';
const KEV = 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json';
const EPSS = 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz';
const ENDING = '.zip';

/**
 * The ecosystem whose export holds what was asked for: OSV's name without a release, `Debian:12` -> `Debian`.
 * @throws `ADVISORIES_ECOSYSTEM_INVALID`
 */
function exportedEcosystem(name: string): string {
  const base = name.split(':', 1)[0]?.trim() ?? '';
  if (/^[A-Za-z][A-Za-z0-9 ._-]{0,60}$/.test(base)) return base;
  throw new HoldfastError('ADVISORIES_ECOSYSTEM_INVALID', `${JSON.stringify(name.slice(0, 80))} is no ecosystem`, {
    kind: 'usage',
    hint: 'Write it as OSV does: Debian, Alpine, Ubuntu, npm, PyPI, Go, Maven, "Rocky Linux" …',
  });
}

/** Ecosystems that were downloaded before. */
function heldEcosystems(downloads: string): readonly string[] {
  try {
    return readdirSync(downloads)
      .filter((name) => name.endsWith(ENDING))
      .map((name) => decodeURIComponent(name.slice(0, -ENDING.length)));
  } catch {
    return [];
  }
}

/**
 * What an update fetches: the exports of the ecosystems asked for and of those that are held already, CISA's catalogue
 * and EPSS. The addresses can be those of a mirror: HOLDFAST_OSV_URL (with `/ECOSYSTEM/all.zip` beneath it),
 * HOLDFAST_KEV_URL, HOLDFAST_EPSS_URL; `off` leaves the latter two out.
 * @throws `ADVISORIES_ECOSYSTEM_INVALID`
 */
export function advisorySources(
  asked: readonly string[],
  downloads: string,
  environment: Environment,
): readonly AdvisorySource[] {
  const exports = (environment['HOLDFAST_OSV_URL'] || OSV_EXPORTS).replace(/\/+$/, '');
  const names = [...new Set([...asked.map(exportedEcosystem), ...heldEcosystems(downloads)])].sort();
  const scores = [
    {
      name: 'KEV',
      url: environment['HOLDFAST_KEV_URL'] || KEV,
      file: join(downloads, 'kev.json'),
      begins: ['{', '\x1f\x8b'],
    },
    {
      name: 'EPSS',
      url: environment['HOLDFAST_EPSS_URL'] || EPSS,
      file: join(downloads, 'epss.csv.gz'),
      begins: ['\x1f\x8b', '#', 'cve,'],
    },
  ];
  return [
    ...names.map((name) => ({
      name,
      url: `${exports}/${encodeURIComponent(name)}/all.zip`,
      file: join(downloads, `${encodeURIComponent(name)}${ENDING}`),
      begins: ['PK'],
    })),
    ...scores.filter(({ url }) => url !== 'off'),
  ];
}
