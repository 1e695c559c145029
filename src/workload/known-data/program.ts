/** What a command line runs. */
export interface Program {
  /** Its file's name. */
  readonly name: string;
  /** The words of a shell's script; empty for anything else. */
  readonly script: readonly string[];
}

/** Programs that run the one that follows. */
const WRAPPERS = /^(?:tini|dumb-init|catatonit|docker-init|gosu|su-exec|setpriv|env|exec|nice|ionice|.*entrypoint.*)$/;
const SHELLS = new Set(['sh', 'bash', 'ash', 'dash', 'busybox']);
const SCRIPT_LIMIT = 64 * 1024;

/**
 * The program behind entrypoint scripts and init processes; undefined when only those and options stand there, which
 * means what the image runs by itself.
 */
export function programOf(words: readonly string[]): Program | undefined {
  let wrapped = false;
  let entered = false;
  for (const [index, word] of words.entries()) {
    const name = word.slice(word.lastIndexOf('/') + 1);
    // An image's entrypoint script puts its own server before options.
    if (entered && word.startsWith('-') && word !== '--') return undefined;
    if (word === '' || word.startsWith('-')) continue;
    if (WRAPPERS.test(name)) {
      wrapped = true;
      entered = name.includes('entrypoint');
      continue;
    }
    // `gosu postgres postgres`: the first is a user.
    const before = words[index - 1] ?? '';
    if (wrapped && /(?:^|\/)(?:gosu|su-exec)$/.test(before)) continue;
    if (!SHELLS.has(name)) return { name, script: [] };
    const text = words
      .slice(index + 1)
      .join(' ')
      .slice(0, SCRIPT_LIMIT);
    return { name, script: text.split(/[\s;&|()'"]+/).map((part) => part.slice(part.lastIndexOf('/') + 1)) };
  }
  return undefined;
}
