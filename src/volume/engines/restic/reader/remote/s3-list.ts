/** A page of a list of objects. */
export interface S3Page {
  readonly objects: readonly { readonly key: string; readonly sizeBytes: number }[];
  /** What the next page is asked for with; undefined at the end. */
  readonly next?: string;
  /** There is more, and it is not said how to ask for it. */
  readonly broken: boolean;
}

/**
 * Reads the answer to ListObjectsV2, or to its first version: elements that an object's key and size stand in. One pass,
 * however odd the text. Keys are as they stand there: of those that matter, none needs an entity.
 * @param isFirstVersion the next page is then asked for by the last key
 */
export function parseListPage(text: string, isFirstVersion: boolean): S3Page {
  const objects: { key: string; sizeBytes: number }[] = [];
  let at = 0;
  for (;;) {
    const from = text.indexOf('<Contents>', at);
    const to = from < 0 ? -1 : text.indexOf('</Contents>', from);
    if (to < 0) break;
    const object = text.slice(from, to);
    const size = elementIn(object, 'Size') ?? '';
    objects.push({ key: elementIn(object, 'Key') ?? '', sizeBytes: /^\d{1,15}$/.test(size) ? Number(size) : -1 });
    at = to;
  }
  if (elementIn(text, 'IsTruncated')?.trim() !== 'true') return { objects, broken: false };
  const next = isFirstVersion
    ? (elementIn(text, 'NextMarker') ?? objects.at(-1)?.key)
    : elementIn(text, 'NextContinuationToken');
  return next === undefined || next === ''
    ? { objects, broken: true }
    : { objects, next: unescaped(next), broken: false };
}

function elementIn(text: string, name: string): string | undefined {
  const open = `<${name}>`;
  const from = text.indexOf(open);
  const to = from < 0 ? -1 : text.indexOf(`</${name}>`, from);
  return to < 0 ? undefined : text.slice(from + open.length, to);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(lt|gt|quot|apos|amp));/g, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return ENTITIES[name] ?? whole;
    const point = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
