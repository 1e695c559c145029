import { type BuildFile, readBuildFile } from '#buildfile/model/build-file.ts';
import { silencedBy } from '#buildfile/pragmas.ts';
import type { BuildRule, Context, Finding } from '#buildfile/rule.ts';
import { namesOfRule } from '#buildfile/rule-names.ts';
import { BUILD_RULES } from '#buildfile/rules/list.ts';
import type { Settings } from '#buildfile/settings/settings.ts';
import { unreadable } from '#buildfile/unreadable.ts';
import type { Problem } from '#core/errors.ts';
import type { Position } from '#core/position.ts';
import type { Reason } from '#core/reason.ts';

export interface JudgeOptions {
  /** As positions and problems name it. */
  readonly path: string;
  readonly settings: Settings;
  readonly context: Context;
}

/** What is said of a build file. */
export interface BuildJudgement {
  /** In the order of their lines. */
  readonly reasons: readonly Reason[];
  /** What could not be read. */
  readonly problems: readonly Problem[];
}

/** A finding and the rule that made it. */
export interface RuledFinding extends Finding {
  readonly rule: BuildRule;
}

const MOST_REASONS = 2000;

/** Asks all rules. Does not throw, whatever the text is; what is too large or not rendered yet is a problem. */
export function judgeBuildFile(text: string, options: JudgeOptions): BuildJudgement {
  const { file, problems } = open(text, options.path);
  if (file === undefined) return { reasons: [], problems };
  const found = findingsIn(file, options);
  const reasons = found.slice(0, MOST_REASONS).map((finding) => reasonOf(file, options, finding));
  if (found.length <= MOST_REASONS) return { reasons, problems };
  const message = `${found.length - MOST_REASONS} more findings in ${options.path} are not listed`;
  return { reasons, problems: [...problems, { code: 'BUILD_FINDINGS_OMITTED', message, path: options.path }] };
}

/** All findings that nothing silences, by their lines. */
export function findingsOf(text: string, options: JudgeOptions): readonly RuledFinding[] {
  const { file } = open(text, options.path);
  return file === undefined ? [] : findingsIn(file, options);
}

function open(text: string, path: string): { readonly file?: BuildFile; readonly problems: readonly Problem[] } {
  const tooLarge = unreadable.size(text, path);
  if (tooLarge !== undefined) return { problems: [tooLarge] };
  const file = readBuildFile(text);
  const whole = unreadable.whole(file, path);
  return whole === undefined ? { file, problems: unreadable.parts(file, path) } : { problems: [whole] };
}

function findingsIn(file: BuildFile, { settings, context }: JudgeOptions): readonly RuledFinding[] {
  const silenced = settings.pragmasOff ? () => false : silencedBy(file);
  const subject = { file, settings, context };
  const found: RuledFinding[] = [];
  for (const { rule, ids } of RULES) {
    if (settings.ignored.size > 0 && ids.some((id) => settings.ignored.has(id))) continue;
    for (const finding of rule.check(subject)) {
      if (!silenced(ids, finding.instruction)) found.push({ ...finding, rule });
    }
  }
  return found.sort((a, b) => a.instruction.span.start - b.instruction.span.start);
}

const RULES = BUILD_RULES.map((rule) => ({ rule, ids: namesOfRule(rule) }));

function reasonOf(file: BuildFile, { path, settings }: JudgeOptions, finding: RuledFinding): Reason {
  const { rule, instruction, span, sentence, fix, evidence } = finding;
  const asked = namesOfRule(rule).flatMap((id) => settings.severities.get(id) ?? [])[0];
  const first: Position = { kind: 'file', path, ...file.placeOf(instruction.span.start) };
  const positions = span === undefined || span.start === instruction.span.start ? [] : [positionOf(file, path, span)];
  return {
    rule: rule.id,
    severity: asked ?? finding.severity ?? rule.severity,
    sentence,
    ...(fix === undefined ? {} : { fix }),
    positions: [first, ...positions],
    ...(evidence === undefined ? {} : { evidence }),
  };
}

function positionOf(file: BuildFile, path: string, { start, end }: NonNullable<Finding['span']>): Position {
  const last = file.placeOf(Math.max(start, end - 1));
  return { kind: 'file', path, ...file.placeOf(start), endLine: last.line, endColumn: last.column };
}
