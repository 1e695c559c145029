// Opens a file of advisories and matches 500 packages with it, once, as a scan does. Bundled and started by run.mjs:
// match.mjs FILE [kernel], which prints {"ms": all of it, "openMs": opening alone, "findings": how many}
//
// With "kernel" one of the packages is built from Debian's source package of the kernel, as its C headers are.

import { openAdvisories } from '#advisory/store/open.ts';
import { findFlaws } from '#finding/find.ts';
import { ecosystems, HEAVY, PACKAGES, packageName, version } from './match-data.mjs';

const [file = '', kernel] = process.argv.slice(2);

/** @param {string} ecosystem @param {string} type @param {number} count */
function packagesOf(ecosystem, type, count) {
  const found = ecosystems.find(({ name }) => name === ecosystem);
  if (found === undefined) throw new Error(ecosystem);
  return Array.from({ length: count }, (_, place) => {
    // Two binary packages of a distribution come from one source package.
    const index = type === 'deb' ? Math.floor(place / 2) : place;
    // One in six has no advisory, and they are spread over the whole file.
    const at = index % 6 === 5 ? found.names + index : (index * 7919) % found.names;
    const name = type === 'deb' && index === 0 && kernel === 'kernel' ? HEAVY.name : packageName(found, at);
    const own = version(ecosystem, 100 + ((index * 31) % 20));
    return /** @type {import('#inventory/package.ts').Package} */ ({
      type,
      name: type === 'deb' ? `lib${name}-${place % 2}` : name,
      version: own,
      ...(type === 'deb' ? { source: { name, version: own } } : {}),
      purl: `pkg:${type}/${name}-${place}@${own}`,
      licences: [],
      evidence: 'installed',
      locations: ['var/lib/dpkg/status'],
    });
  });
}

const packages = [
  ...packagesOf('Debian:12', 'deb', 300),
  ...packagesOf('npm', 'npm', 150),
  ...packagesOf('PyPI', 'pypi', 50),
];
if (packages.length !== PACKAGES) throw new Error(`${packages.length} packages`);
const os = { id: 'debian', versionId: '12', name: 'Debian GNU/Linux 12', idLike: [] };
const now = new Date();

const begun = process.hrtime.bigint();
const advisories = openAdvisories(file);
const opened = process.hrtime.bigint();
const { findings } = findFlaws({ os, repositories: [], packages }, advisories, { now, explainAbsences: false });
const ended = process.hrtime.bigint();
advisories.close();
const inMs = (/** @type {bigint} */ span) => Number(span) / 1e6;
process.stdout.write(
  `${JSON.stringify({ ms: inMs(ended - begun), openMs: inMs(opened - begun), findings: findings.length })}\n`,
);
