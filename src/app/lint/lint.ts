import { realpathSync, statSync } from 'node:fs';
import { type Decoded, decode, encode } from '#app/lint/decode.ts';
import { type FoundFile, findFiles } from '#app/lint/find-files.ts';
import type { LintFile, LintKind, LintOutcome, Surroundings } from '#app/lint/lint-kind.ts';
import { readText, surroundingsOf } from '#app/lint/read-text.ts';
import { type RuleChoice, selectRules } from '#app/lint/select-rules.ts';
import { replaceFile } from '#base/files/replace-file.ts';
import type { Settings } from '#buildfile/settings/settings.ts';
import { applyEdits } from '#core/apply-edits.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import type { Judged } from '#core/judged.ts';

export interface LintDeps {
  readonly kinds: readonly LintKind[];
  /** All of standard input. */
  readonly standardInput: () => Promise<Uint8Array>;
}

export interface LintOptions extends RuleChoice {
  /** Write the edits that clear findings, then judge what is left. */
  readonly fix: boolean;
  /** What variables in files stand for, besides what files beside them say. */
  readonly variables?: ReadonlyMap<string, string>;
  /** What hadolint's configuration asks for; nothing when absent. */
  readonly settings?: Settings;
}

/** Edits may make room for others, once each; more rounds than this would be a rule that undoes another's. */
const MOST_ROUNDS = 10;

/**
 * Judges files, and the known ones below directories. What is in them never throws.
 * @throws `LINT_NO_FILE`, `USAGE` for an unknown rule, `FILE_NOT_WRITTEN` when a mended file cannot be stored
 */
export async function lint(deps: LintDeps, paths: readonly string[], options: LintOptions): Promise<LintOutcome> {
  const { kinds } = deps;
  const wanted = selectRules(
    kinds.flatMap(({ rules }) => rules),
    options,
  );
  const found = findFiles(paths, (name) => kinds.some((kind) => kind.mayBe(name)));
  // By the order of the files, whenever they are judged.
  const judged = new Map<string, Judged[]>();
  const waiting = new Map<LintKind, (readonly [LintFile, Surroundings])[]>();
  const fixed: { path: string; edits: number }[] = [];
  const problems = [...found.problems];
  let files = 0;
  let passedOver = 0;
  for (const one of found.files) {
    const opened = await open(deps, one);
    if ('problems' in opened) {
      // Data, such as a project's own: nobody writes what runs in JSON of that size.
      if (!one.named && /\.json$/i.test(one.path)) passedOver += 1;
      else judged.set(one.path, [opened]);
      continue;
    }
    const { file, stored, kind } = opened;
    if (kind === undefined) {
      if (one.named) judged.set(one.path, [unknown(one.path)]);
      else passedOver += 1;
      continue;
    }
    files += 1;
    const around = {
      ...surroundingsOf(one.path, options.settings),
      variable: (name: string) => options.variables?.get(name),
    };
    const mended = options.fix ? await mend(kind, file, around, wanted) : { file, edits: 0 };
    if (mended.edits > 0) {
      fixed.push({ path: one.path, edits: mended.edits });
      await store(one.path, encode(mended.file.text, stored));
    }
    if (stored.encoding === 'latin-1') problems.push(notUtf8(one.path));
    const own: Judged[] = [];
    judged.set(one.path, own);
    const others = waiting.get(kind) ?? [];
    if (kind.together === undefined) own.push(...(await kind.judge(mended.file, around)));
    else waiting.set(kind, others).get(kind)?.push([mended.file, around]);
  }
  for (const [kind, list] of waiting) {
    for (const document of (await kind.together?.(list)) ?? []) judged.get(document.path)?.push(document);
  }
  // A closer look may show that a file is of no kind after all.
  for (const { path, named } of found.files) {
    if (judged.get(path)?.length !== 0) continue;
    files -= 1;
    if (named) judged.set(path, [unknown(path)]);
    else passedOver += 1;
  }
  const all = [...judged.values()].flat().map((document) => {
    const reasons = document.reasons.filter(({ rule }) => wanted(rule));
    return reasons.length === document.reasons.length ? document : { ...document, reasons };
  });
  const failOn = options.settings?.failOn;
  return { judged: all, files, passedOver, fixed, problems, ...(failOn === undefined ? {} : { failOn }) };
}

/** In the place of the file that a link means, with its rights. */
async function store(path: string, bytes: Uint8Array): Promise<void> {
  const place = realpathSync(path);
  await replaceFile(place, (append) => append(bytes), { mode: statSync(place).mode & 0o7777 });
}

interface Opened {
  readonly file: LintFile;
  readonly stored: Decoded;
  /** Undefined where none recognised it. */
  readonly kind: LintKind | undefined;
}

async function open({ kinds, standardInput }: LintDeps, { path }: FoundFile): Promise<Opened | Judged> {
  try {
    const stored = path === '-' ? decode(await standardInput(), 'Standard input') : readText(path);
    const file = { path, text: stored.text };
    return { file, stored, kind: kinds.find((kind) => kind.recognises(file)) };
  } catch (error) {
    return { path, kind: 'unknown', reasons: [], problems: [problemOf(error, path)] };
  }
}

function notUtf8(path: string): Problem {
  const message = `${path} is not UTF-8: it was read as Latin-1`;
  return { code: 'LINT_NOT_UTF8', message, path, hint: 'Store it as UTF-8: programs take it for that.' };
}

function unknown(path: string): Judged {
  const problem = {
    code: 'LINT_UNKNOWN_KIND',
    message: `${path === '-' ? 'Standard input' : path} is no file of a kind that is judged`,
    path,
    hint: 'Its content tells the kind: holdfast lint --help lists them.',
  };
  return { path, kind: 'unknown', reasons: [], problems: [problem] };
}

async function mend(
  kind: LintKind,
  file: LintFile,
  around: Surroundings,
  wanted: (rule: string) => boolean,
): Promise<{ readonly file: LintFile; readonly edits: number }> {
  let now = file;
  let edits = 0;
  for (let round = 0; kind.fixes !== undefined && file.path !== '-' && round < MOST_ROUNDS; round += 1) {
    const next = await kind.fixes(now, around, wanted);
    if (next.length === 0) break;
    edits += next.length;
    now = { ...now, text: applyEdits(now.text, next) };
  }
  return { file: now, edits };
}
