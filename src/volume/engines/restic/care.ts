import { HoldfastError } from '#core/errors.ts';
import type { CheckPart, CheckResult, JobOptions, RepositoryIdentity } from '#volume/engines/engine.ts';
import { failureOf } from '#volume/engines/restic/failure.ts';
import { asObject, numberAt, textAt } from '#volume/engines/restic/json.ts';
import { type ResticContext, runRestic } from '#volume/engines/restic/run.ts';
import { isId, readSnapshots } from '#volume/engines/restic/snapshots.ts';

const LOOK_LIMIT_MS = 5 * 60 * 1000;

/** Makes a repository. restic refuses where there is one. @throws `RESTIC_EXISTS` */
export async function initRepository(context: ResticContext): Promise<RepositoryIdentity> {
  await runRestic(context, { command: 'init', args: [], limitMs: LOOK_LIMIT_MS });
  return readIdentity(context);
}

/** Which repository it is. @throws `RESTIC_REPOSITORY_MISSING`, `RESTIC_PASSWORD_WRONG`, `RESTIC_OUTPUT_INVALID` */
export async function readIdentity(context: ResticContext): Promise<RepositoryIdentity> {
  const lines: string[] = [];
  const run = { command: 'cat', args: ['--no-lock', 'config'], limitMs: LOOK_LIMIT_MS };
  await runRestic(context, run, (line) => lines.push(line));
  const config = parsed(lines.join('\n'));
  const [id, version] = config === undefined ? [] : [textAt(config, 'id'), numberAt(config, 'version')];
  if (id === undefined || version === undefined || !isId(id)) {
    throw new HoldfastError('RESTIC_OUTPUT_INVALID', 'restic cat config answers no configuration');
  }
  return { id, version };
}

/**
 * Checks structure, and data when a part is given. What is damaged is a result; that it could not be checked is an error.
 * @throws `RESTIC_OUTPUT_INVALID`, `RESTIC_*`
 */
export async function checkRepository(
  context: ResticContext,
  part: CheckPart | undefined,
  { signal }: JobOptions = {},
): Promise<CheckResult> {
  const args = part === undefined ? [] : [`--read-data-subset=${part.part}/${part.of}`];
  let isWhole = false;
  const onLine = (line: string) => {
    if (/^no errors were found/.test(line)) isWhole = true;
  };
  const end = await runRestic(context, { command: 'check', args, signal }, onLine, 1);
  const { code, said, version } = end;
  if (code === 0 && isWhole) return { kind: 'whole' };
  if (code === 0) throw new HoldfastError('RESTIC_OUTPUT_INVALID', 'restic check does not say that it is whole');
  const { location } = context.access;
  const failure = failureOf({ version, command: 'check', location, code, signal: end.signal, said: said.lines });
  if (failure.code !== 'RESTIC_DAMAGED') throw failure;
  const messages = said.lines
    .map((line) => line.trim().slice(0, 500))
    .filter((line) => line !== '' && !/retrying after/.test(line));
  return { kind: 'damaged', messages: messages.slice(0, MOST_MESSAGES) };
}

const MOST_MESSAGES = 100;

/**
 * Forgets snapshots and looks whether they are gone: where the storage refuses to delete, restic until 0.18 says 0.
 * @throws `RESTIC_FORGET_REFUSED`
 */
export async function forgetSnapshots(context: ResticContext, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  for (const id of ids) {
    // A beginning could become that of another one.
    if (!isId(id))
      throw new HoldfastError('RESTIC_SNAPSHOT_INVALID', `${id.slice(0, 100)} is no whole id`, { kind: 'usage' });
  }
  const failed = await runRestic(context, { command: 'forget', args: ['--json', '--', ...ids] }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const left = await readSnapshots(context, { ids });
  if (left.length === 0 && (failed === undefined || isAbout(failed, 'RESTIC_SNAPSHOT_MISSING'))) return;
  // Reading went well just now: what was refused is the deletion.
  if (failed !== undefined && !REFUSALS.some((code) => isAbout(failed, code))) throw failed;
  if (left.length === 0) return;
  throw new HoldfastError(
    'RESTIC_FORGET_REFUSED',
    `${left.length} of ${ids.length} snapshots are still there: ${left
      .map(({ id }) => id.slice(0, 8))
      .slice(0, 10)
      .join(', ')}`,
    {
      hint: 'The storage takes no deletions (append-only?), or this user may not delete. Forget them with credentials that may.',
      ...(failed === undefined ? {} : { cause: failed }),
    },
  );
}

const REFUSALS = ['RESTIC_FAILED', 'RESTIC_DENIED', 'RESTIC_CREDENTIALS_REFUSED', 'RESTIC_SNAPSHOT_MISSING'];

/** Removes data that no snapshot needs. @throws `RESTIC_FORGET_REFUSED` when the storage refused to delete */
export async function pruneRepository(context: ResticContext, { signal }: JobOptions = {}): Promise<void> {
  const { said } = await runRestic(context, { command: 'prune', args: [], signal });
  const refused = said.lines.find((line) =>
    /unable to remove|Remove\(.*failed|403|forbidden|permission denied/i.test(line),
  );
  if (refused === undefined) return;
  throw new HoldfastError('RESTIC_FORGET_REFUSED', `Not everything could be removed: ${refused.slice(0, 300)}`, {
    hint: 'The storage takes no deletions (append-only?). Prune with credentials that may delete.',
  });
}

/** Removes locks whose owners are gone. @returns how many remain */
export async function unlockRepository(context: ResticContext): Promise<number> {
  // Never --remove-all: a lock that is left may be that of a living one.
  await runRestic(context, { command: 'unlock', args: [], limitMs: LOOK_LIMIT_MS });
  let locks = 0;
  const run = { command: 'list', args: ['--no-lock', 'locks'], limitMs: LOOK_LIMIT_MS };
  await runRestic(context, run, (line) => {
    if (isId(line.trim())) locks += 1;
  });
  return locks;
}

function isAbout(error: unknown, code: string): boolean {
  return error instanceof HoldfastError && error.code === code;
}

function parsed(text: string) {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
