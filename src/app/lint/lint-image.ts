import { IMAGE_TARGET } from '#app/lint/image-target.ts';
import { type RuleChoice, selectRules } from '#app/lint/select-rules.ts';
import type { OpenOptions } from '#app/open-target.ts';
import { readDescription } from '#app/read-description.ts';
import { judgeHistory } from '#buildfile/judge-history.ts';
import type { Settings } from '#buildfile/settings/settings.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import type { Judged } from '#core/judged.ts';
import type { RuleFacts } from '#core/rule.ts';

const KIND = 'image';

/**
 * Asks of an image's history what can be asked without its build file: that of its base image, too. What cannot be opened, and
 * what has no history, was not judged: `unknown`. Nothing of its layers is read.
 * @param named `image:…`
 * @param rules all that the choice may name
 * @param settings of hadolint's configuration
 * @throws `USAGE` for an unknown rule, and what is wrong with the words that name the image
 */
export async function lintImage(
  named: string,
  rules: readonly RuleFacts[],
  choice: RuleChoice,
  settings: Settings,
  open: OpenOptions,
): Promise<Judged> {
  const wanted = selectRules(rules, choice);
  try {
    const { config } = await readDescription(named.slice(IMAGE_TARGET.length), open);
    const history = config?.history ?? [];
    if (history.every(({ createdBy = '' }) => createdBy === '')) return notJudged(named, noHistory(named));
    const reasons = judgeHistory(history, config?.diffIds, settings).filter(({ rule }) => wanted(rule));
    return { path: named, kind: KIND, reasons, problems: [] };
  } catch (error) {
    if (error instanceof HoldfastError && error.kind === 'usage') throw error;
    return notJudged(named, problemOf(error));
  }
}

function notJudged(path: string, problem: Problem): Judged {
  return { path, kind: 'unknown', reasons: [], problems: [problem] };
}

function noHistory(path: string): Problem {
  return {
    code: 'LINT_NO_HISTORY',
    message: `${path} does not say how it was built`,
    path,
    hint: 'Its history is empty, or it is no image: judge its build file.',
  };
}
