import type { Problem } from '#core/errors.ts';
import type { DumpLoad } from '#volume/dump/dump-hook.ts';
import { DUMP_HOOKS } from '#volume/dump/list.ts';

/** The dumps of one container in a snapshot. */
export interface DumpGroup {
  /** Its name. */
  readonly container: string;
  /** As the manifest has them: `CONTAINER/postgres/globals.sql`. */
  readonly names: readonly string[];
}

/** How the dumps of a container are loaded. */
export interface LoadPlan {
  /** Of a known service; absent for an operator's own dump. */
  readonly load?: DumpLoad;
  /** Files in the order to load them, each with the script that gets its path as `$1`. */
  readonly steps: readonly { readonly name: string; readonly script: string; readonly places?: true }[];
}

/** What an operator's own dump is called. */
const OWN = 'dump';

/** The dumps of a snapshot by their containers, in the order of their names. */
export function dumpGroups(names: readonly string[]): readonly DumpGroup[] {
  const groups = new Map<string, string[]>();
  for (const name of [...names].sort()) {
    const container = name.slice(0, Math.max(0, name.indexOf('/')));
    groups.set(container, [...(groups.get(container) ?? []), name]);
  }
  return [...groups].map(([container, own]) => ({ container, names: own }));
}

/**
 * Says how the dumps of a container are loaded, or why they cannot be. Pure.
 * @param command the label `holdfast.volume.load`: it loads the operator's own dump
 */
export function loadPlan({ container, names }: DumpGroup, command: string | undefined): LoadPlan | { why: Problem } {
  const files = names.map((name) => ({ name, inner: name.slice(container.length + 1) }));
  if (files.some(({ inner }) => inner === OWN)) {
    if (command === undefined) return notKnown('how its own dump is loaded is not said', LOAD_HINT);
    // The command finds the dump at its standard input.
    return { steps: files.map(({ name }) => ({ name, script: `exec <"$1"\n${command}` })) };
  }
  const hook = DUMP_HOOKS.find(({ id }) => files.every(({ inner }) => inner.startsWith(`${id}/`)));
  if (hook === undefined) return notKnown('this version does not know what wrote them');
  const steps = hook.load.parts.flatMap((part) =>
    files
      .filter(({ inner }) => part.name.test(inner.slice(hook.id.length + 1)))
      .map(({ name }) => ({
        name,
        script: part.script,
        ...(part.places === undefined ? {} : { places: part.places }),
      })),
  );
  const left = files.find(({ name }) => !steps.some((step) => step.name === name));
  if (left !== undefined) return notKnown(`${left.inner} is none that a drill loads`);
  const beside = steps.length > 1 ? steps.find(({ places }) => places === true) : undefined;
  if (beside !== undefined) return notKnown(`${beside.name} is all of a server’s data, and others lie beside it`);
  return { load: hook.load, steps };
}

const LOAD_HINT =
  'Give the container the label holdfast.volume.load: a command that loads the dump, which it gets on standard input.';

function notKnown(why: string, hint?: string): { why: Problem } {
  return { why: { code: 'DRILL_LOAD_UNKNOWN', message: why, ...(hint === undefined ? {} : { hint }) } };
}
