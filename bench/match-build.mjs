// Makes the file of advisories that match.mjs asks. Bundled and started by run.mjs: match-build.mjs DIRECTORY FILE

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAdvisories } from '#app/build-advisories.ts';
import { ecosystems, HEAVY, packageName, RECORDS, version } from './match-data.mjs';

const [directory = '', file = ''] = process.argv.slice(2);

/**
 * An OSV record (OSV schema 1.6).
 * @param {import('./match-data.mjs').Ecosystem} ecosystem
 * @param {string} name @param {number} number
 */
function record(ecosystem, name, number) {
  // Most flaws were fixed before the version that is installed (match.mjs), a few after it, some never.
  const kind = (number * 7) % 100;
  const fixed = kind < 90 ? number % 95 : 125;
  const distribution = ecosystem.name.includes(':');
  const cve = `CVE-${2015 + (number % 11)}-${10_000 + number}`;
  const affected = {
    package: { ecosystem: ecosystem.name, name },
    ranges: [
      {
        type: ecosystem.name === 'npm' || ecosystem.name === 'Go' ? 'SEMVER' : 'ECOSYSTEM',
        events: [
          { introduced: distribution || number % 3 > 0 ? '0' : version(ecosystem.name, fixed - (fixed % 50)) },
          ...(kind >= 95 ? [] : [{ fixed: version(ecosystem.name, fixed) }]),
        ],
      },
    ],
    ...(ecosystem.name === 'PyPI' ? { versions: Array.from({ length: 30 }, (_, n) => version('PyPI', n)) } : {}),
  };
  return {
    schema_version: '1.6.0',
    id: distribution ? `${ecosystem.name.split(':')[0]?.toUpperCase()}-${cve}` : `GHSA-${number.toString(36)}`,
    ...(distribution ? { upstream: [cve] } : { aliases: [cve] }),
    published: '2025-01-01T00:00:00Z',
    modified: '2025-06-01T00:00:00Z',
    summary: `A flaw in ${name} lets a remote sender read beyond the end of a buffer, number ${number}`,
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' }],
    affected: [affected],
  };
}

rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
let number = 0;
for (const ecosystem of ecosystems) {
  const lines = [];
  for (let index = 0; index < ecosystem.records; index += 1) {
    const heavy = ecosystem.name === 'Debian:12' && index < HEAVY.records;
    lines.push(
      JSON.stringify(record(ecosystem, heavy ? HEAVY.name : packageName(ecosystem, index % ecosystem.names), ++number)),
    );
  }
  writeFileSync(join(directory, `${ecosystem.name.replaceAll(/\W/g, '-')}.jsonl`), `${lines.join('\n')}\n`);
}
const rated = ['#model_version:v2025.03.14,score_date:2025-06-01T00:00:00+0000', 'cve,epss,percentile'];
for (let n = 1; n <= number; n += 1) rated.push(`CVE-${2015 + (n % 11)}-${10_000 + n},0.00${n % 97},0.${n % 97}`);
writeFileSync(join(directory, 'epss.csv'), `${rated.join('\n')}\n`);

const { info, problems } = await buildAdvisories({ from: [directory], out: file, now: new Date() });
if (info.records !== RECORDS) throw new Error(`the file holds ${info.records} records`);
if (problems.length > 0) throw new Error(`${problems.length} problems, the first: ${problems[0]?.message}`);
