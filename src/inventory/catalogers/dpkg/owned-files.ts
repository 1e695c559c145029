/** Paths of an `info/NAME.list` file, relative to the root, joined by newlines. */
export function listedPaths(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.startsWith('/') ? text.slice(1).replaceAll('\n/', '\n').trimEnd() : text.trimEnd();
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
