import { satisfiesNpmRange } from '#base/versions/npm-range.ts';
import { answerLines } from './answer-lines.ts';

/**
 * Reads lines `version<TAB>range` and writes for each `true` or `false`, as node-semver answers (`false` too for what is
 * no version or no range), or `?` where the line is none. Lines as {@link answerLines} reads them.
 */
export async function satisfiesLines(
  input: AsyncIterable<Buffer | string>,
  write: (text: string) => Promise<void>,
): Promise<void> {
  await answerLines(input, (version, range) => satisfiesNpmRange(version, range)?.toString(), write);
}
