import { isBulletin } from '#advisory/bulletins.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import { flawId, flawsProjection } from '#app/projections/flaws.ts';
import type { Finding } from '#finding/finding.ts';
import { findingKey } from '#policy/finding-key.ts';

/** When findings were first recorded: ISO 8601, null where the record does not tell. */
export type FirstSeen = (finding: Finding) => string | null;

/** What one statement asks for. */
const VALUES_A_STATEMENT = 5000;

/**
 * Asks the record when each finding was first seen in its package, whatever the image and the version. A list of findings that
 * the record names and that is gone may have been the first: what would be dated behind it is null.
 * @param unseen what a finding gets that was never recorded: the time of the scan that is about to be
 * @throws `LEDGER_*`, `DATABASE_*`
 */
export async function firstSeen(
  { ledger }: Pick<OpenRecord, 'ledger'>,
  findings: readonly Finding[],
  unseen: string | null,
): Promise<FirstSeen> {
  const wanted = [...new Set(findings.flatMap(keysOf))];
  const { dates, gap } = await ledger.look(flawsProjection, async (query, table) => {
    const dates = new Map<string, string>();
    const ids = new Map(wanted.map((key) => [flawId(key).toString('hex'), key]));
    const all = [...ids.keys()];
    for (let from = 0; from < all.length; from += VALUES_A_STATEMENT) {
      const some = all.slice(from, from + VALUES_A_STATEMENT).map((id) => Buffer.from(id, 'hex'));
      const rows = await query.selectFrom(table('first')).select(['flaw', 'at']).where('flaw', 'in', some).execute();
      for (const { flaw, at } of rows) {
        const key = Buffer.isBuffer(flaw) ? ids.get(flaw.toString('hex')) : undefined;
        if (key !== undefined && typeof at === 'string') dates.set(key, at);
      }
    }
    const unread = await query.selectFrom(table('unread')).select('at').orderBy('at').limit(1).executeTakeFirst();
    return { dates, gap: typeof unread?.['at'] === 'string' ? unread['at'] : undefined };
  });
  return (finding) => {
    const [first] = keysOf(finding)
      .flatMap((key) => dates.get(key) ?? [])
      .sort();
    return gap !== undefined && (first === undefined || gap < first) ? null : (first ?? unseen);
  };
}

/** Its id may have been another one then. A bulletin's is of other flaws, too. */
function keysOf({ id, aliases, package: { purl } }: Finding): readonly string[] {
  return [id, ...aliases.filter((alias) => !isBulletin(alias))].map((one) => findingKey(one, purl));
}
