import { compareVersions } from '#base/versions/compare.ts';
import type { VersionScheme } from '#base/versions/scheme.ts';
import { answerLines } from './answer-lines.ts';

/**
 * Reads lines `A<TAB>B` and writes for each `<`, `=` or `>`, as the scheme orders the two versions, or `?` where they
 * cannot be compared or the line is none. Lines as {@link answerLines} reads them.
 */
export async function compareLines(
  scheme: VersionScheme,
  input: AsyncIterable<Buffer | string>,
  write: (text: string) => Promise<void>,
): Promise<void> {
  await answerLines(
    input,
    (left, right) => {
      const order = compareVersions(scheme, left, right);
      return order === undefined ? undefined : order === 0 ? '=' : order < 0 ? '<' : '>';
    },
    write,
  );
}
