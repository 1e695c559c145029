import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { type RepositoryState, readState, writeState } from '#app/volume/repositories/repository-state.ts';
import type { CheckPart, CheckResult } from '#volume/engines/engine.ts';

export interface CheckedRepository {
  readonly part: CheckPart | null;
  readonly result: CheckResult;
  /** All that was damaged when it was looked at last, of this and of other checks. */
  readonly damaged: readonly string[];
}

/**
 * Checks the structure and, unless `parts` is 0, the next part of the data: after `parts` checks all of it was read. Tells
 * the ledger, whatever the outcome.
 * @throws `RESTIC_*`, `LEDGER_*`
 */
export async function checkRepositoryPart(
  { settings, engine }: OpenRepository,
  parts: number,
  { record, actor, now }: { readonly record: OpenRecord; readonly actor: string; readonly now: () => Date },
): Promise<CheckedRepository> {
  const { name, id } = settings;
  const state = readState(record.home, name);
  const part = parts === 0 ? null : { part: state.parts === parts ? Math.min(state.nextPart, parts) : 1, of: parts };
  const result = await engine.check(part ?? undefined);
  const next = after(state, part, result, now());
  await writeState(record.home, name, next);
  const messages =
    result.kind === 'whole' ? [] : result.messages.slice(0, 20).map((text) => text.toWellFormed().slice(0, 500));
  const data = { name, id, part, whole: result.kind === 'whole', messages };
  await record.ledger.append({ stream: `repository:${id}`, events: [{ type: 'repository.checked', data }], actor });
  return { part, result, damaged: next.damaged };
}

function after(state: RepositoryState, part: CheckPart | null, result: CheckResult, now: Date): RepositoryState {
  const mark = part === null ? 'structure' : `${part.part}/${part.of}`;
  // A check of a part also looks at the structure; of another division nothing is known any more.
  const isKept = (old: string) => old !== mark && old !== 'structure' && (part === null || old.endsWith(`/${part.of}`));
  const wasElsewhere = part !== null && part.of !== 1 && part.of !== state.parts;
  const kept = result.kind === 'whole' && !wasElsewhere ? state.damaged.filter(isKept) : state.damaged;
  return {
    parts: part?.of ?? state.parts,
    nextPart: part === null ? state.nextPart : (part.part % part.of) + 1,
    lastCheckAt: now.toISOString(),
    damaged: result.kind === 'whole' ? kept : [...new Set([...state.damaged, mark])],
  };
}
