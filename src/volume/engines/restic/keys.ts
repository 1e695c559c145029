import { HoldfastError } from '#core/errors.ts';
import { asObject, textAt } from '#volume/engines/restic/json.ts';
import { type ResticContext, type ResticRun, runRestic } from '#volume/engines/restic/run.ts';

const LIMIT_MS = 5 * 60 * 1000;

/** Keys of a repository: their ids, and which one the password opens. */
async function listKeys(context: ResticContext, passwordFile: string) {
  const lines: string[] = [];
  const run: ResticRun = { command: 'key', args: ['list', '--json', '--no-lock'], passwordFile, limitMs: LIMIT_MS };
  await runRestic(context, run, (line) => lines.push(line));
  const rows = lines.map(parsed).find((value) => Array.isArray(value));
  if (!Array.isArray(rows)) throw new HoldfastError('RESTIC_OUTPUT_INVALID', 'restic key list answers no list');
  return rows.flatMap((value) => {
    const row = asObject(value);
    const id = row === undefined ? undefined : textAt(row, 'id');
    return row === undefined || id === undefined ? [] : [{ id, isCurrent: row['current'] === true }];
  });
}

/** The id of the key that a password opens. @throws `RESTIC_PASSWORD_WRONG` */
export async function currentKey(context: ResticContext, passwordFile: string): Promise<string> {
  const current = (await listKeys(context, passwordFile)).find(({ isCurrent }) => isCurrent);
  if (current !== undefined) return current.id;
  throw new HoldfastError('RESTIC_OUTPUT_INVALID', 'restic key list does not say which key is the current one');
}

/** Makes another password valid, beside the one that is in use. */
export async function addKey(context: ResticContext, newPasswordFile: string): Promise<void> {
  const args = ['add', `--new-password-file=${newPasswordFile}`, '--user=holdfast', '--host=holdfast'];
  await runRestic(context, { command: 'key', args, limitMs: LIMIT_MS });
}

/** Removes a key, and looks whether it is gone. @throws `RESTIC_FORGET_REFUSED` */
export async function removeKey(context: ResticContext, keyId: string, passwordFile: string): Promise<void> {
  if (!/^[0-9a-f]{8,64}$/.test(keyId)) throw new Error('no id of a key');
  await runRestic(context, { command: 'key', args: ['remove', keyId], passwordFile, limitMs: LIMIT_MS });
  const left = await listKeys(context, passwordFile);
  if (!left.some(({ id }) => id.startsWith(keyId) || keyId.startsWith(id))) return;
  throw new HoldfastError('RESTIC_FORGET_REFUSED', `The key ${keyId} is still there: the old password stays valid`, {
    hint: 'The storage takes no deletions (append-only?). Remove it with credentials that may delete.',
  });
}

function parsed(line: string): unknown {
  try {
    return line.startsWith('[') ? JSON.parse(line) : undefined;
  } catch {
    return undefined;
  }
}
