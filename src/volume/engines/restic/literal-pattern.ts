/**
 * A pattern of restic that matches this path and what is below it (Go, `path/filepath.Match`). What cannot be written in
 * an argument, bytes that are no UTF-8, matches any one character: others may come along.
 */
export function literalPattern(path: string | Buffer): string {
  const text = typeof path === 'string' ? path : decoded(path);
  return text.replace(/[\\*?[]/g, '\\$&').replaceAll(ANY, '?');
}

/** Stands for a byte that is no text: a code point that no text has. */
const ANY = '\uffff';

function decoded(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const lengthBytes = [1, 2, 3, 4].find((size) => isCharacter(bytes.subarray(at, at + size)));
    text += lengthBytes === undefined ? ANY : bytes.toString('utf8', at, at + lengthBytes);
    at += lengthBytes ?? 1;
  }
  return text;
}

function isCharacter(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  return [...text].length === 1 && Buffer.from(text).equals(bytes);
}
