import { HoldfastError } from '#core/errors.ts';
import { runScript, type ScriptTarget } from '#volume/drill/run-script.ts';

/**
 * Runs a probe's script in a container and gives what it prints, without blanks at its ends.
 * @throws `PROBE_FAILED` when it does not end with 0, prints more than 64 KiB, or takes longer than `limitMs`; its own
 * words are the error's hint, since they may show what is in a database; and what the engine throws
 */
export async function runProbe(target: ScriptTarget, script: string, limitMs: number): Promise<string> {
  const ended = await runScript(target, script, limitMs);
  // Whoever ended it wants no answer any more.
  target.signal?.throwIfAborted();
  if (ended.kind === 'done') return ended.text;
  throw new HoldfastError('PROBE_FAILED', `The probe gave no answer: ${ended.why}`, { hint: wordsOf(ended.said) });
}

/** A hint that gives a script's last words. */
export function wordsOf(said: string): string {
  return said === '' ? 'It wrote nothing to standard error.' : `It said: ${said}`;
}
