/**
 * A line of shell: `name` becomes the first variable of the list that is set, or the content of the file that one with
 * `_FILE` behind its name names, as official images have it; empty otherwise.
 */
export function secretFrom(name: string, variables: readonly string[]): string {
  const tries = variables.map(
    (variable) =>
      `if [ -z "\${${name}:-}" ]; then ${name}=\${${variable}:-}; fi\n` +
      `if [ -z "\${${name}:-}" ] && [ -n "\${${variable}_FILE:-}" ]; then ${name}=$(cat "$${variable}_FILE"); fi`,
  );
  return tries.join('\n');
}

/** A text as one word of shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
