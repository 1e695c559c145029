import { once } from '#buildfile/memo.ts';
import type { BuildFile } from '#buildfile/model/build-file.ts';
import type { Instruction } from '#buildfile/model/instruction.ts';
import type { Span } from '#buildfile/model/span.ts';
import type { Finding } from '#buildfile/rule.ts';
import type { Range, Script } from '#buildfile/shell/ast.ts';
import { type Call, callsOf } from '#buildfile/shell/calls.ts';
import { plainText } from '#buildfile/shell/text.ts';
import type { TextEdit } from '#core/text-edit.ts';

/** A RUN, or one that ONBUILD holds back. */
export interface RunSite {
  /** Where it is reported. */
  readonly instruction: Instruction;
  readonly run: Instruction;
  readonly script: Script;
  readonly calls: readonly Call[];
}

/** Every RUN of these instructions. */
export function runsOf(instructions: readonly Instruction[], which: 'all' | 'own' | 'held-back' = 'all'): RunSite[] {
  return instructions.flatMap((instruction) => {
    const held = instruction.trigger !== undefined;
    if ((which === 'own' && held) || (which === 'held-back' && !held)) return [];
    const run = instruction.trigger ?? instruction;
    return run.script === undefined ? [] : [{ instruction, run, script: run.script, calls: callsOf(run.script) }];
  });
}

function allRuns({ instructions }: BuildFile): readonly RunSite[] {
  return runsOf(instructions);
}

/** What is said of one RUN: at most once a rule, however often it is to be found there. */
export type Said = Omit<Finding, 'instruction'>;

/** Asks every RUN of a file. */
export function* eachRun(file: BuildFile, ask: (site: RunSite) => Said | undefined): Generator<Finding> {
  for (const site of once(file, allRuns)) {
    const said = ask(site);
    if (said !== undefined) yield { instruction: site.instruction, ...said };
  }
}

/** Where a stretch of a script stands in the file. */
export function inFile({ fileOffset }: Script, { start, end }: Range): Span {
  const from = fileOffset(start);
  return { start: from, end: end <= start ? from : fileOffset(end - 1) + 1 };
}

/** The edit that puts text after a stretch of a script. */
function putAfter(script: Script, range: Range, text: string): TextEdit {
  const { end } = inFile(script, range);
  return { start: end, end, text };
}

/** The edit that puts an option after the word that says what to do: `apt-get install`. */
export function putOption(site: RunSite, call: Call, words: readonly string[], option: string): readonly TextEdit[] {
  // In an exec form words are strings with quotes of their own.
  const verb = call.args.find(({ text }) => words.includes(text));
  return verb === undefined || site.run.exec ? [] : [putAfter(site.script, verb.at, ` ${option}`)];
}

/**
 * The edit that has a RUN do one thing more at its end: only where it is a plain chain of commands that all must succeed.
 */
export function putAtEnd(site: RunSite, command: string): readonly TextEdit[] {
  const { script, run } = site;
  const [only] = script.body;
  if (run.exec || run.heredocs.length > 0 || only === undefined || script.body.length !== 1) return [];
  const steps = only.kind === 'and-or' ? [only.first, ...only.rest.map(({ statement }) => statement)] : [only];
  const plain = steps.every(({ kind }) => kind === 'simple');
  const all = only.kind !== 'and-or' || only.rest.every(({ operator }) => operator === '&&');
  const last = steps.at(-1);
  // Nothing runs after these.
  if (last?.kind === 'simple' && ENDS.has(plainText(last.words[0] ?? { parts: [] }))) return [];
  // What follows could be a comment, or the sign that sends it to the background.
  if (!plain || !all || last === undefined || script.text.slice(last.at.end).trim() !== '') return [];
  return [putAfter(script, last.at, ` && ${command}`)];
}

const ENDS: ReadonlySet<string> = new Set(['exec', 'exit', 'return']);

/** The options of every `--mount` of a RUN. */
export function mountOptions({ flags }: Instruction): readonly ReadonlyMap<string, string>[] {
  const mounts = flags.filter(({ name }) => name === 'mount');
  return mounts.map(({ value = '' }) => new Map(value.split(',').map((one) => splitOnce(one, '='))));
}

/** Whether a RUN mounts a cache or memory over a directory whose path has this in it. */
export function mountsOver(run: Instruction, path: string): boolean {
  return mountOptions(run).some((options) => {
    const type = options.get('type');
    const target = options.get('target') ?? options.get('dst') ?? options.get('destination') ?? '';
    return (type === 'cache' || type === 'tmpfs') && target.includes(path);
  });
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** Whether a call comes after which another must come, and does not. */
export function cleansTooLate(
  calls: readonly Call[],
  fills: (call: Call) => boolean,
  cleans: (call: Call) => boolean,
): boolean {
  const filled = calls.findIndex(fills);
  return filled >= 0 && calls.findLastIndex(cleans) <= filled;
}

/** Words as they are listed in a sentence; long lists are cut. */
export function listed(words: readonly string[]): string {
  const most = 6;
  const shown = words.slice(0, most).join(', ');
  return words.length > most ? `${shown} and ${words.length - most} more` : shown;
}
