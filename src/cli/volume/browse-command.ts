import type { VolumeBrowsed } from '#api/volume-show-report.ts';
import { openChosen } from '#app/volume/repositories/chosen-repository.ts';
import { type BrowsedPlace, type BrowseRequest, browseSnapshot } from '#app/volume/restore/browse-snapshot.ts';
import type { InsideEntry, InsideFound, OpenInside } from '#app/volume/restore/inside/inside.ts';
import { openInside } from '#app/volume/restore/inside/open-inside.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { printProblems } from '#cli/problems.ts';
import type { VolumeFlags } from '#cli/volume/engine-of.ts';
import { type SubjectFlags, wishFor } from '#cli/volume/snapshot-wish.ts';
import { streamOut } from '#cli/volume/stream-out.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import { printable } from '#report/columns.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';

/** Options of `holdfast volume browse`. */
export interface BrowseFlags extends Omit<VolumeFlags, 'engine'>, SubjectFlags {
  readonly recursive?: true;
  readonly fromRoot?: true;
  readonly dumps?: true;
  readonly dump?: string;
  readonly output?: string;
}

/** `holdfast volume browse`. */
export async function browseCommand(
  snapshot: string,
  path: string,
  flags: BrowseFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const now = clock(environment);
  const request = { wish: wishFor(snapshot, flags, now), ...rootOf(path, flags) };
  return onRecord(environment, async (record) => {
    const inside = await openInside(openChosen(record.home, flags.repo, environment));
    try {
      const place = await browseSnapshot({ inside, record, advisories: undefined, now }, request);
      printProblems(place.picked.problems);
      if (flags.output !== undefined) {
        await streamOut(flags.output, place.content());
        return exitCodes.done;
      }
      const problems: Problem[] = [];
      const pieces =
        flags.format === 'json'
          ? jsonPieces(place, inside, request.path, flags, problems)
          : textLines(place, flags, problems);
      await streamOut(undefined, pieces);
      if (flags.format === 'text') printProblems(problems);
      return problems.length === 0 ? exitCodes.done : exitCodes.deny;
    } finally {
      await inside.close();
    }
  });
}

/** @throws `USAGE` */
function rootOf(path: string, { fromRoot, dumps, dump }: BrowseFlags): Pick<BrowseRequest, 'path' | 'from'> {
  if (dump === undefined) return { path, from: dumps === true ? 'dumps' : fromRoot === true ? 'snapshot' : 'data' };
  if (path === '/') return { path: dump, from: 'dumps' };
  throw new HoldfastError('USAGE', 'Name a path or a dump, not both', { kind: 'usage' });
}

/** What is to be shown; of dumps, all of them and nothing else. */
async function* entriesOf({ list }: BrowsedPlace, { recursive, dumps }: BrowseFlags): AsyncGenerator<InsideFound> {
  for await (const found of list(recursive === true || dumps === true)) {
    if (dumps !== true || 'problem' in found || found.type !== 'dir') yield found;
  }
}

async function* textLines(place: BrowsedPlace, flags: BrowseFlags, problems: Problem[]): AsyncGenerator<string> {
  for await (const found of entriesOf(place, flags)) {
    if ('problem' in found) {
      problems.push(found.problem);
      continue;
    }
    const { mode, uid, gid, sizeBytes, mtime, type, linkTarget } = found;
    const name = `${printable(displayPath(found.path))}${type === 'dir' ? '/' : ''}`;
    const target = linkTarget === undefined ? '' : ` -> ${printable(displayPath(linkTarget))}`;
    const kind = type === 'file' || type === 'dir' || type === 'symlink' ? '' : ` (${printable(type)})`;
    const owner = `${uid}:${gid}`.padEnd(11);
    const time = mtime.slice(0, 19).replace('T', ' ');
    yield `${octal(mode)} ${owner} ${String(sizeBytes).padStart(12)} ${time} ${name}${target}${kind}\n`;
  }
}

/** An entry a line: there may be millions. */
async function* jsonPieces(
  place: BrowsedPlace,
  { reader }: OpenInside,
  path: string,
  flags: BrowseFlags,
  problems: Problem[],
): AsyncGenerator<string> {
  const head = JSON.stringify({ snapshot: place.picked.row.id, path, reader });
  yield `${head.slice(0, -1)},"entries":[`;
  let between = '\n';
  for await (const found of entriesOf(place, flags)) {
    if ('problem' in found) {
      problems.push(found.problem);
      continue;
    }
    yield `${between}${JSON.stringify(entryRow(found))}`;
    between = ',\n';
  }
  yield `\n],"problems":${JSON.stringify(problems)}}\n`;
}

function entryRow({
  path,
  type,
  sizeBytes,
  mode,
  uid,
  gid,
  mtime,
  linkTarget,
}: InsideEntry): VolumeBrowsed['entries'][number] {
  const shown = displayPath(path);
  return {
    path: shown,
    ...(Buffer.from(shown).equals(path) ? {} : { pathBase64: path.toString('base64') }),
    ...{ type, sizeBytes, mode: octal(mode), uid, gid, mtime },
    ...(linkTarget === undefined ? {} : { linkTarget: displayPath(linkTarget) }),
  };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
