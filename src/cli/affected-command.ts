import type { AffectedReport } from '#api/affected-report.ts';
import { affectedImages, isPackageUrl } from '#app/affected.ts';
import { openDefaultAdvisories } from '#app/default-advisories.ts';
import { requireHome } from '#app/home/home.ts';
import { openRecord } from '#app/home/open-record.ts';
import { readMoment } from '#app/read-moment.ts';
import { clock, recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { terminal } from '#cli/terminal.ts';
import { HoldfastError } from '#core/errors.ts';
import { decodeOrKeep } from '#core/purl.ts';
import { type Column, columns } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';

/** Options of `holdfast affected`. */
export interface AffectedFlags {
  readonly since?: string;
  readonly advisories?: string;
  readonly format: 'table' | 'json';
}

/** `holdfast affected`. */
export async function affectedCommand(
  asked: string,
  flags: AffectedFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const now = clock(environment);
  if (!/^(?:pkg:|[A-Za-z][A-Za-z0-9]*-)\S+$/.test(asked) || asked.length > 500) {
    throw new HoldfastError(
      'USAGE',
      `${JSON.stringify(asked.slice(0, 100))} is neither a vulnerability’s id nor a package URL`,
      {
        kind: 'usage',
        hint: 'Write CVE-2024-3094, GHSA-..., or pkg:deb/debian/xz-utils, with or without @VERSION.',
      },
    );
  }
  const record = await openRecord(requireHome(environment), environment, recordClock);
  let report: AffectedReport;
  try {
    const advisories = isPackageUrl(asked) ? undefined : await openDefaultAdvisories(flags.advisories, environment);
    try {
      report = await affectedImages(record.ledger, advisories, {
        asked,
        now,
        ...(flags.since === undefined ? {} : { since: readMoment(flags.since, now) }),
      });
      if (advisories?.packagesOf(asked).length === 0) {
        process.stderr.write(
          `holdfast: the advisories of ${advisories.info.builtAt.slice(0, 10)} (${count(advisories.info.records, 'record')}) ` +
            `do not know ${asked}: nothing was compared\n`,
        );
      }
    } finally {
      advisories?.close();
    }
  } finally {
    printProblems(await record.close());
  }
  await writeText(flags.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : `${lines(report).join('\n')}\n`);
  return exitCodes.done;
}

const HEADS: readonly Column[] = [
  { title: 'IMAGE', maxWidth: 44, minWidth: 16, keep: 'path' },
  { title: 'PACKAGE', maxWidth: 34, minWidth: 10 },
  { title: 'INSTALLED', maxWidth: 24, minWidth: 9 },
  { title: 'FIXED IN', maxWidth: 20, minWidth: 8 },
  { title: 'FIRST SEEN', maxWidth: 10 },
  { title: 'LAST SEEN', maxWidth: 10 },
  { title: '#', maxWidth: 9 },
];

function lines({ asked, starterOnly, images, unread }: AffectedReport): readonly string[] {
  const { width, paint } = terminal();
  const rows = images.flatMap(({ reference, packages, firstSeen, lastSeen, position }) =>
    packages.map(({ purl, version, fixedVersions }) => [
      reference,
      nameOf(purl),
      version,
      fixedVersions.join(', '),
      firstSeen.slice(0, 10),
      lastSeen.slice(0, 10),
      String(position),
    ]),
  );
  const unknown = [
    ...(starterOnly ? ['Compared with the built-in STARTER SET only. Get the whole with: holdfast db update'] : []),
    ...(unread === 0
      ? []
      : [`Unknown: ${count(unread, 'recorded image')}, whose inventory is gone or damaged. Scan them again.`]),
  ];
  if (rows.length === 0) return [`No image on the record is known to hold ${asked}.`, ...unknown];
  return [
    ...columns(HEADS, rows, width, (text, row) => (row < 0 ? paint('bold', text) : text)),
    '',
    paint('bold', `${count(images.length, 'image')} on the record: ${asked}.`),
    ...unknown,
  ];
}

/** `pkg:deb/debian/xz-utils@5.6.1?arch=amd64` as `xz-utils`; scopes and Go paths stay. */
function nameOf(purl: string): string {
  const path = purl.replace(/[?#].*$/, '').replace(/@[^@/]*$/, '');
  const parts = path.split('/');
  return decodeOrKeep((/^pkg:(?:deb|rpm|apk)\//.test(purl) ? parts.slice(2) : parts.slice(1)).join('/'));
}
