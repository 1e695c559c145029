import type { BuildFile } from '#buildfile/model/build-file.ts';
import type { Instruction } from '#buildfile/model/instruction.ts';
import { lastAtMost } from '#buildfile/model/span.ts';

/** Whether comments in the file silence a rule, by one of its ids, on an instruction. */
export type Silenced = (ids: readonly string[], instruction: Instruction) => boolean;

const HADOLINT = /^\s*hadolint\s+(?:(global|stage)\s+)?ignore\s*=\s*((?:[DLSC0-9]+\s*,\s*)*[DLSC0-9]+)\s*(?:#.*)?$/;
const HOLDFAST = /^\s*holdfast\s+(?:(global|stage)\s+)?ignore\s*=\s*((?:[\w/-]+\s*,\s*)*[\w/-]+)\s*(?:#.*)?$/;
const MOST_LENGTH = 1000;

/**
 * `# hadolint ignore=DL3008` right above an instruction, `# hadolint stage ignore=…` for the stage that follows or that it
 * is in, `# hadolint global ignore=…` for the file; the same with `holdfast` and ids of ours. A list with something else
 * in it silences nothing.
 */
export function silencedBy(file: BuildFile): Silenced {
  const global = new Set<string>();
  const byLine = new Map<number, Set<string>>();
  const byStage = new Map<number, Set<string>>();
  const starts = file.instructions.map(({ span }) => span.start);
  /** Line of a comment, to the line after the row of comments that it is in. */
  const afterRow = new Map<number, number>();
  for (const { start, text } of [...file.comments].reverse()) {
    const { line } = file.placeOf(start);
    afterRow.set(line, afterRow.get(line + 1) ?? line + 1);
    const comment = text.slice(0, MOST_LENGTH).trimEnd();
    const theirs = HADOLINT.exec(comment);
    const match = theirs ?? HOLDFAST.exec(comment);
    if (match === null) continue;
    const [, scope, list = ''] = match;
    const ids = list.split(',').map((id) => id.trim());
    if (scope === 'global') add(global, ids);
    else if (scope === 'stage') {
      const before = lastAtMost(starts, start);
      const following = file.instructions[(starts[before] ?? 0) > start ? before : before + 1];
      const stage = following === undefined ? undefined : file.stageOf(following);
      if (stage !== undefined) add(setAt(byStage, stage.index), ids);
    } else {
      // Ours may stand in a row above an instruction; hadolint takes only the one right above.
      add(setAt(byLine, theirs === null ? (afterRow.get(line) ?? line + 1) : line + 1), ids);
    }
  }
  if (global.size === 0 && byLine.size === 0 && byStage.size === 0) return () => false;
  return (ids, instruction) => {
    const stage = file.stageOf(instruction);
    const sets = [
      global,
      byLine.get(file.placeOf(instruction.span.start).line),
      stage === undefined ? undefined : byStage.get(stage.index),
    ];
    return sets.some((set) => set !== undefined && ids.some((id) => set.has(id)));
  };
}

function setAt(sets: Map<number, Set<string>>, key: number): Set<string> {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  return set;
}

function add(set: Set<string>, ids: readonly string[]): void {
  for (const id of ids) set.add(id);
}
