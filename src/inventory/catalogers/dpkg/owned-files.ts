const NEWLINE = 0x0a;
const SLASH = 0x2f;

/** Paths of an `info/NAME.list` file, relative to the root, joined by newlines. */
export function listedPaths(bytes: Buffer): string {
  // Byte by byte: replacing in a string takes many times its memory.
  const paths = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  let before = NEWLINE;
  for (const byte of bytes) {
    if (byte !== SLASH || before !== NEWLINE) paths[length++] = byte;
    before = byte;
  }
  return paths.toString('utf8', 0, length).trimEnd();
}

/** Paths of an md5sums file: `digest  path` a line. */
export function summedPaths(bytes: Buffer): string {
  const paths: string[] = [];
  for (const line of bytes.toString('utf8').split('\n')) {
    const path = line.slice(32).trimStart();
    if (path !== '') paths.push(path.startsWith('./') ? path.slice(2) : path);
  }
  return paths.join('\n');
}
