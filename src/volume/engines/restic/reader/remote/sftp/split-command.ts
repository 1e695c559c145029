import { HoldfastError } from '#core/errors.ts';

/**
 * A command line cut into words as restic cuts `sftp.command`: white space and backslashes part words outside quotes, and
 * quotes, of either kind, part them too. @throws `RESTIC_OPTION_INVALID` for a quote that does not end, or no word at all
 */
export function splitCommand(text: string): readonly [string, ...string[]] {
  const words: string[] = [];
  let word = '';
  let quote: string | undefined;
  let before = '';
  const end = () => {
    if (word !== '') words.push(word);
    word = '';
  };
  for (const character of text) {
    if (before !== '\\' && (quote === undefined ? character === '"' || character === "'" : character === quote)) {
      quote = quote === undefined ? character : undefined;
      // restic keeps the character before it as the last one.
      end();
      continue;
    }
    before = character;
    if (quote === undefined && (character === '\\' || /\s/.test(character))) end();
    else word += character;
  }
  if (quote !== undefined) throw invalid(`${quote} does not end`);
  end();
  const [program, ...args] = words;
  if (program === undefined) throw invalid('it is empty');
  return [program, ...args];
}

function invalid(why: string): HoldfastError {
  return new HoldfastError('RESTIC_OPTION_INVALID', `The command for sftp cannot be read: ${why}`, { kind: 'usage' });
}
