import { historyLines } from '#buildfile/history-lines.ts';
import { buildFileOf } from '#buildfile/model/build-file.ts';
import type { LogicalLine } from '#buildfile/model/logical-lines.ts';
import { mappedText } from '#buildfile/model/mapped-text.ts';
import { lastAtMost } from '#buildfile/model/span.ts';
import { namesOfRule } from '#buildfile/rule-names.ts';
import { BUILD_RULES } from '#buildfile/rules/list.ts';
import { NO_SETTINGS, type Settings } from '#buildfile/settings/settings.ts';
import type { HistoryEntry } from '#core/oci/config.ts';
import type { Reason } from '#core/reason.ts';

const MOST_ENTRIES = 1000;
const MOST_CHARACTERS = 64 * 1024;
const MOST_REASONS = 1000;

/**
 * Asks of an image's history what can be asked without its build file; positions are layers. Those of the base image are
 * judged like the others: whoever asks knows where it ends.
 * @param diffIds of the layers, the lowest first, where they are known
 * @param settings rules that stay silent, and severities; labels and registries are asked of build files
 */
export function judgeHistory(
  history: readonly HistoryEntry[],
  diffIds: readonly string[] = [],
  { ignored, severities }: Pick<Settings, 'ignored' | 'severities'> = NO_SETTINGS,
): readonly Reason[] {
  const short = history
    .slice(0, MOST_ENTRIES)
    .map((entry) => ({ ...entry, createdBy: (entry.createdBy ?? '').slice(0, MOST_CHARACTERS) }));
  // A history has no FROM; what follows is one stage all the same.
  const lines = [{ text: 'FROM scratch', layer: 0 }, ...historyLines(short)];
  const logical: LogicalLine[] = [];
  const starts: number[] = [];
  const text = lines.map((line) => line.text).join('\n');
  let at = 0;
  for (const line of lines) {
    const span = { start: at, end: at + line.text.length };
    starts.push(at);
    logical.push({ span, header: mappedText(text, [span]), heredocs: [] });
    at = span.end + 1;
  }
  const file = buildFileOf(text, logical, [], [], '\\');
  const asked = BUILD_RULES.filter((rule) => rule.onHistory && !namesOfRule(rule).some((name) => ignored.has(name)));
  const reasons = asked.flatMap((rule) => {
    const [wished] = namesOfRule(rule).flatMap((name) => severities.get(name) ?? []);
    return [...rule.check({ file, settings: NO_SETTINGS, context: { ignoreLines: 'unknown' } })].map(
      ({ instruction, sentence, fix, evidence, severity }): Reason => {
        const layer = lines[lastAtMost(starts, instruction.span.start)]?.layer ?? 0;
        const digest = diffIds[layer];
        return {
          rule: rule.id,
          severity: wished ?? severity ?? rule.severity,
          sentence,
          ...(fix === undefined ? {} : { fix }),
          positions: [{ kind: 'layer', layer, ...(digest === undefined ? {} : { digest }) }],
          ...(evidence === undefined ? {} : { evidence }),
        };
      },
    );
  });
  return reasons.slice(0, MOST_REASONS);
}
