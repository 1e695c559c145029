/**
 * True for a command line of Redis or Valkey that turns both of its files off: the last `--save` is empty and no
 * `--appendonly yes` follows. Without `--save` it writes dumps by itself.
 */
export function keepsInMemory(words: readonly string[]): boolean {
  // A shell's one word holds the whole line.
  const parts = words.flatMap((word) => (/\s/.test(word.trim()) ? word.trim().split(/\s+/) : [word]));
  const given = (option: string) => {
    const at = parts.lastIndexOf(option);
    if (at >= 0) return parts[at + 1];
    return parts.findLast((part) => part.startsWith(`${option}=`))?.slice(option.length + 1);
  };
  const save = given('--save');
  return save !== undefined && ['', '""', "''"].includes(save.trim()) && given('--appendonly') !== 'yes';
}
