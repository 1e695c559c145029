// Makes a home that has recorded many images, and brings its read models up to date. Bundled and started by run.mjs:
// ledger-images.mjs HOME IMAGES, which prints {"recordMs", "catchUpMs", "catchUpCpuMs", "peakMb"}.
//
// 50 bases of one layer with 80 to 180 Debian packages; each image is one of them with two to four layers of its own, 20
// to 120 npm packages together out of 20,000. Groups are made when they are asked for, not kept as blobs.

import { EVENTS } from '#app/events.ts';
import { requireHome } from '#app/home/home.ts';
import { homePaths } from '#app/home/home-directory.ts';
import { initHome } from '#app/home/init-home.ts';
import { openHomeDatabase } from '#app/home/open-home-database.ts';
import { readSigner } from '#app/home/signing-key.ts';
import { packageGroups } from '#app/package-groups.ts';
import { contentsProjection } from '#app/projections/contents.ts';
import { imagesProjection } from '#app/projections/images.ts';
import { PROJECTIONS } from '#app/projections/list.ts';
import { eventCatalogue } from '#ledger/catalogue.ts';
import { openLedger } from '#ledger/ledger.ts';
import { digestOf, scanOf } from './ledger-data.mjs';

const BASES = 50;
const NPM_PACKAGES = 20_000;
const CALLS_AT_ONCE = 256;
const [directory = '', total = ''] = process.argv.slice(2);
const environment = { HOLDFAST_HOME: directory };

const os = { id: 'debian', versionId: '12', name: 'Debian GNU/Linux 12', idLike: [] };

/** @param {number} index @param {string} name */
const layer = (index, name) => ({ index, digest: digestOf(`layer ${name}`), diffId: digestOf(`diff ${name}`) });

const bases = Array.from({ length: BASES }, (_, base) => {
  const at = layer(0, `base ${base}`);
  return Array.from({ length: 80 + ((base * 37) % 101) }, (_, number) => {
    const name = `lib${number}`;
    // Bases were made at different times: most packages of two of them differ.
    const version = `1.${(number * 7 + base) % 20}.${number % 9}-1`;
    return {
      type: 'deb',
      name,
      version,
      architecture: 'amd64',
      source: { name: `src-${number >> 1}`, version },
      purl: `pkg:deb/debian/${name}@${version}?arch=amd64&distro=debian-12`,
      licences: ['MIT'],
      evidence: 'installed',
      locations: ['var/lib/dpkg/status'],
      layer: at,
    };
  });
});

/** @param {number} image */
function inventoryOf(image) {
  const packages = [...(bases[image % BASES] ?? [])];
  const layers = Array.from({ length: 2 + (image % 3) }, (_, index) => layer(index + 1, `${image} ${index}`));
  for (let index = 0, count = 20 + ((image * 31) % 101); index < count; index += 1) {
    const number = (image * 7919 + index * 104_729) % NPM_PACKAGES;
    const [name, version] = [`package-${number >> 2}`, `${number & 3}.1.${number % 7}`];
    packages.push(
      /** @type {never} */ ({
        type: 'npm',
        name,
        version,
        purl: `pkg:npm/${name}@${version}`,
        licences: ['MIT'],
        evidence: 'installed',
        locations: [`app/node_modules/${name}/package.json`],
        layer: layers[index % layers.length],
      }),
    );
  }
  return { os, repositories: [], packages };
}

await initHome({ environment, checkpointPlaces: [], actor: 'bench', now: () => new Date() });
const database = await openHomeDatabase(requireHome(environment), environment, 'write');
/** Which image to make a group of, by its digest, and which of the image's groups. @type {Map<string, [number, number]>} */
const groups = new Map();
/** The groups of an image are asked for one after the other. @type {{ image: number, texts: readonly string[] }} */
let made = { image: -1, texts: [] };
const ledger = openLedger({
  database,
  catalogue: eventCatalogue(EVENTS),
  projections: PROJECTIONS,
  signer: readSigner(homePaths(directory).key),
  now: () => new Date(),
  blob: async (digest) => {
    const [image, group] = groups.get(digest) ?? [0, 0];
    if (made.image !== image) made = { image, texts: packageGroups(/** @type {never} */ (inventoryOf(image))) };
    return Buffer.from(made.texts[group] ?? '');
  },
});

/** @param {number} image */
function groupsOf(image) {
  const own = 2 + (image % 3);
  const names = [`base ${image % BASES}`, ...Array.from({ length: own }, (_, index) => `own ${image} ${index}`)];
  return names.map((name, index) => {
    const digest = digestOf(`group ${name}`);
    if (!groups.has(digest)) groups.set(digest, [image, index]);
    return digest;
  });
}

const begun = performance.now();
for (let from = 0; from < Number(total); from += CALLS_AT_ONCE) {
  await Promise.all(
    Array.from({ length: Math.min(CALLS_AT_ONCE, Number(total) - from) }, (_, offset) => {
      const image = from + offset;
      return ledger.append(
        scanOf(image, digestOf(`inventory ${image}`), digestOf(`own image ${image}`), groupsOf(image)),
      );
    }),
  );
}
const recorded = performance.now();
const cpu = process.cpuUsage();
await ledger.look(contentsProjection, async () => undefined);
await ledger.look(imagesProjection, async () => undefined);
const { user, system } = process.cpuUsage(cpu);
const caughtUp = performance.now();
await database.close();
process.stdout.write(
  JSON.stringify({
    recordMs: recorded - begun,
    catchUpMs: caughtUp - recorded,
    catchUpCpuMs: (user + system) / 1000,
    peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
  }),
);
