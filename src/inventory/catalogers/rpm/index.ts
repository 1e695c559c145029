import type { CatalogContext, Cataloger, ImageFile } from '#inventory/cataloger.ts';
import type { Item } from '#inventory/package.ts';
import { type Damage, damageList } from './damage.ts';
import { readDatabase } from './database.ts';
import { readHeader } from './header.ts';
import { readManifest } from './manifest.ts';
import { ownedFiles } from './owned-files.ts';
import { factsOf, packageOf } from './rpm-package.ts';
import { readWal } from './sqlite-wal.ts';

const WAL = '-wal';
const MANIFEST = 'var/lib/rpmmanifest/container-manifest-2';
const DIRECTORIES = ['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm'];
const NAMES = ['rpmdb.sqlite', 'Packages.db', 'Packages'];
/** Text kept of one database: paths, and the rest. A workstation's has a tenth. */
const MAX_PATH_CHARACTERS = 64 * 1024 * 1024;
const MAX_FACT_CHARACTERS = 32 * 1024 * 1024;
/** What a package costs beside its text. */
const PACKAGE_COST = 256;

/** Installed rpm packages, their source packages and files, from the database or the list of a distroless image. */
export const rpm: Cataloger = {
  id: 'rpm',
  version: 2,
  title: 'Installed rpm packages',
  match: { paths: [...DIRECTORIES.flatMap((directory) => NAMES.map((name) => `${directory}/${name}`)), MANIFEST] },
  limitBytes: 256 * 1024 * 1024,
  companions: [WAL],
  catalog: catalogRpm,
};

function* catalogRpm(file: ImageFile, context: CatalogContext): Generator<Item, void, undefined> {
  const damage = damageList();
  if (file.path.endsWith(WAL)) reportLoneLog(file, damage);
  else if (file.path === MANIFEST) {
    for (const found of readManifest(file.bytes, damage)) yield { kind: 'package', package: found };
  } else yield* catalogDatabase(file, context, damage);
  for (const problem of damage.problems(file.path)) context.problem(problem);
}

function* catalogDatabase(file: ImageFile, context: CatalogContext, damage: Damage): Generator<Item, void, undefined> {
  let room = MAX_FACT_CHARACTERS;
  let pathRoom = MAX_PATH_CHARACTERS;
  for (const blob of readDatabase(file.bytes, () => context.beside(WAL)?.bytes, damage)) {
    const header = readHeader(blob);
    const facts = header === undefined ? undefined : factsOf(header);
    if (header === undefined || facts === undefined) {
      damage.report('RPM_HEADER', 'A package header is damaged, or names no package and version');
      continue;
    }
    for (const fact of Object.values(facts)) room -= typeof fact === 'string' ? fact.length : 0;
    room -= PACKAGE_COST;
    if (room < 0) {
      damage.report('RPM_DATABASE_SIZE', 'The package database names more packages than can be kept');
      break;
    }
    const found = packageOf(facts);
    if (found === undefined) continue;
    yield { kind: 'package', package: found };
    const { paths, cost, whole } = ownedFiles(header, pathRoom);
    pathRoom -= cost;
    if (!whole) damage.report('RPM_FILE_LIST', `The file list of ${found.name.slice(0, 120)} is damaged or too long`);
    if (paths !== '') yield { kind: 'files', package: found.name, paths };
  }
}

/** Committed changes whose database is in a layer below: they cannot be joined here, and must not be overlooked. */
function reportLoneLog(file: ImageFile, damage: Damage): void {
  if (readWal(file.bytes) === undefined) return;
  damage.report(
    'RPM_WAL_ALONE',
    'This layer changes packages in a write-ahead log without the database that it belongs to',
  );
}
