import type { Kysely } from 'kysely';
import type { Advisories } from '#advisory/advisory.ts';
import type { AffectedReport } from '#api/affected-report.ts';
import { contentsProjection, keyText, purlBase, type RecordedPackage } from '#app/projections/contents.ts';
import { imagesProjection } from '#app/projections/images.ts';
import { decodeOrKeep } from '#core/purl.ts';
import { findFlaws } from '#finding/find.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { ProjectionTables } from '#ledger/projection/projection.ts';

export interface AffectedOptions {
  /** A vulnerability's id (CVE, GHSA …), or a package URL, with or without a version. */
  readonly asked: string;
  /** Only images that were looked into since then: ISO 8601. */
  readonly since?: string;
  readonly now: Date;
}

/** A package that is hit, by its id among the recorded ones. */
interface Hit {
  readonly purl: string;
  readonly version: string;
  readonly severity?: string;
  readonly fixedVersions: readonly string[];
}

/** Whether the question is a package URL rather than a vulnerability's id. */
export function isPackageUrl(asked: string): boolean {
  return asked.startsWith('pkg:');
}

/**
 * Which recorded images hold a package or are hit by a vulnerability, from the index of what they hold: nothing is
 * scanned again, so that an advisory of today finds the images of last month.
 */
export async function affectedImages(
  ledger: Pick<Ledger, 'look'>,
  advisories: Advisories | undefined,
  { asked, since, now }: AffectedOptions,
): Promise<AffectedReport> {
  const { hits, rows, unread } = await ledger.look(contentsProjection, async (query, table) => {
    const found = isPackageUrl(asked)
      ? await packagesNamed(query, table, asked)
      : await packagesHit(query, table, asked, advisories, now);
    return {
      hits: found,
      rows: await inventoriesWith(query, table, [...found.keys()]),
      unread: await unreadInventories(query, table),
    };
  });
  const { images, unknown } = await ledger.look(imagesProjection, async (query, table) => ({
    images: await imagesOf(query, table, [...new Set(rows.map(({ inventory }) => inventory))], since),
    unknown: await imagesOf(query, table, unread, since),
  }));
  const byInventory = new Map<string, Hit[]>();
  for (const { inventory, id } of rows) {
    const hit = hits.get(id);
    if (hit !== undefined) byInventory.set(inventory, [...(byInventory.get(inventory) ?? []), hit]);
  }
  return {
    asked,
    advisories: isPackageUrl(asked) ? null : (advisories?.info.builtAt ?? null),
    starterOnly: !isPackageUrl(asked) && advisories?.info.kind === 'starter',
    images: images.map(({ inventory, ...image }) => ({
      ...image,
      packages: (byInventory.get(inventory) ?? []).map((hit) => ({ ...hit, fixedVersions: [...hit.fixedVersions] })),
    })),
    unread: unknown.length,
  };
}

type Query = Kysely<ProjectionTables>;
type Table = (name: string) => string;

/** Values of one statement. */
const VALUES_A_STATEMENT = 5000;

function* inChunks<T>(values: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < values.length; from += VALUES_A_STATEMENT)
    yield values.slice(from, from + VALUES_A_STATEMENT);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function hex(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('hex') : '';
}

async function packagesNamed(query: Query, table: Table, purl: string): Promise<ReadonlyMap<string, Hit>> {
  const base = keyText(purlBase(purl));
  const version = versionOf(purl);
  let select = query.selectFrom(table('packages')).select(['id', 'purl', 'version']).where('base', '=', base);
  if (version !== undefined) select = select.where('version', '=', keyText(version));
  const rows = await select.execute();
  return new Map(
    rows.map((row) => [hex(row['id']), { purl: text(row['purl']), version: text(row['version']), fixedVersions: [] }]),
  );
}

function versionOf(purl: string): string | undefined {
  const [path = ''] = purl.split(/[?#]/, 1);
  const base = purlBase(purl);
  return path.length > base.length ? decodeOrKeep(path.slice(base.length + 1)) : undefined;
}

/** Packages that the advisories of today find hit: the same comparison that a scan makes. */
async function packagesHit(
  query: Query,
  table: Table,
  id: string,
  advisories: Advisories | undefined,
  now: Date,
): Promise<ReadonlyMap<string, Hit>> {
  const hits = new Map<string, Hit>();
  if (advisories === undefined) return hits;
  for (const { ecosystem, name } of advisories.packagesOf(id)) {
    const rows = await query
      .selectFrom(table('packages'))
      .select(['id', 'record'])
      // What an OS package owns is the distribution's to speak of.
      .where('owned', '=', 0)
      .where('id', 'in', (names) =>
        names
          .selectFrom(table('names'))
          .select('package')
          .where('ecosystem', '=', keyText(ecosystem))
          .where('name', '=', keyText(name)),
      )
      .execute();
    for (const row of rows) {
      const hit = hitBy(id, JSON.parse(text(row['record'])) as RecordedPackage, advisories, now);
      if (hit !== undefined) hits.set(hex(row['id']), hit);
    }
  }
  return hits;
}

function hitBy(id: string, recorded: RecordedPackage, advisories: Advisories, now: Date): Hit | undefined {
  const { os, repositories, package: found } = recorded;
  const { findings } = findFlaws({ ...(os === undefined ? {} : { os }), repositories, packages: [found] }, advisories, {
    now,
    explainAbsences: false,
  });
  const finding = findings.find((one) => one.id === id || one.aliases.includes(id));
  if (finding === undefined) return undefined;
  const { severity, fixedVersions } = finding;
  return { purl: found.purl, version: found.version, severity: severity.level, fixedVersions };
}

async function inventoriesWith(
  query: Query,
  table: Table,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly inventory: string }[]> {
  const found: { id: string; inventory: string }[] = [];
  for (const some of inChunks(ids)) {
    const rows = await query
      .selectFrom(`${table('members')} as members`)
      .innerJoin(`${table('groups')} as groups`, 'groups.group', 'members.group')
      .select(['members.package as package', 'groups.inventory as inventory'])
      .where(
        'members.package',
        'in',
        some.map((id) => Buffer.from(id, 'hex')),
      )
      .execute();
    for (const row of rows) found.push({ id: hex(row['package']), inventory: text(row['inventory']) });
  }
  return found;
}

async function unreadInventories(query: Query, table: Table): Promise<readonly string[]> {
  const rows = await query
    .selectFrom(`${table('unread')} as unread`)
    .innerJoin(`${table('groups')} as groups`, 'groups.group', 'unread.group')
    .leftJoin(`${table('known')} as known`, 'known.group', 'unread.group')
    .select('groups.inventory as inventory')
    .distinct()
    .where('known.group', 'is', null)
    .execute();
  return rows.map((row) => text(row['inventory']));
}

async function imagesOf(query: Query, table: Table, inventories: readonly string[], since: string | undefined) {
  const images: (Omit<AffectedReport['images'][number], 'packages'> & { readonly inventory: string })[] = [];
  for (const some of inChunks(inventories)) {
    let select = query
      .selectFrom(`${table('last')} as last`)
      .innerJoin(`${table('first')} as first`, 'first.image', 'last.image')
      .select([
        'last.image as image',
        'last.reference as reference',
        'last.inventory as inventory',
        'last.at as lastSeen',
        'last.position as position',
        'first.at as firstSeen',
      ])
      .where('last.inventory', 'in', some);
    if (since !== undefined) select = select.where('last.at', '>=', since);
    for (const row of await select.execute()) {
      images.push({
        image: text(row['image']),
        reference: text(row['reference']),
        inventory: text(row['inventory']),
        lastSeen: text(row['lastSeen']),
        position: Number(row['position']),
        firstSeen: text(row['firstSeen']),
      });
    }
  }
  return images.sort((a, b) => b.position - a.position);
}
