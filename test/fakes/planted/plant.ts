import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeZip } from '#base/zip/zip.fixture.ts';
import { LANGUAGE_RECORDS } from './language-advisories.ts';
import { debianTracker, SYSTEM_RECORDS } from './system-advisories.ts';

/** What CISA and FIRST say of planted flaws. */
const KEV = {
  catalogVersion: '2023.07.01',
  vulnerabilities: [
    { cveID: 'CVE-2023-10020', dateAdded: '2023-06-15', knownRansomwareCampaignUse: 'Known' },
    { cveID: 'CVE-2023-99999', dateAdded: '2023-06-16' },
  ],
};
const EPSS = [
  '#model_version:v2023.03.01,score_date:2023-06-30T00:00:00+0000',
  'cve,epss,percentile',
  'CVE-2023-10014,0.25000,0.90000',
  'CVE-2023-10020,0.91000,0.99000',
  'CVE-2023-10010,0.50000,0.95000',
  '',
].join('\n');

/**
 * Writes everything planted as feeds publish it, into `directory`: a zip of OSV records, OSV records one a file, the
 * Debian tracker, KEV and EPSS. Gives what to hand to `db build --from`, in order.
 */
export function plantAdvisories(directory: string): readonly string[] {
  const [zip, folder, tracker, kev, epss] = ['osv.zip', 'osv', 'debian.json', 'kev.json', 'epss.csv.gz'].map((name) =>
    join(directory, name),
  ) as [string, string, string, string, string];
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    zip,
    makeZip(LANGUAGE_RECORDS.map((record) => ({ name: `${record['id']}.json`, bytes: json(record) }))),
  );
  for (const record of SYSTEM_RECORDS) writeFileSync(join(folder, `${record['id']}.json`), json(record));
  writeFileSync(tracker, json(debianTracker()));
  writeFileSync(kev, json(KEV));
  writeFileSync(epss, gzipSync(EPSS));
  return [zip, folder, tracker, kev, epss];
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
