const STEP = '  ';
const PIECE_CHARACTERS = 64 * 1024;

/**
 * What `JSON.stringify(value, null, 2)` gives, in pieces: a report of a million files is never one text in memory.
 * For plain values, without `toJSON`.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  let piece = '';
  for (const part of parts(value, '\n')) {
    piece += part;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** Lists and objects of lists are taken apart; an element that holds no list is small. */
function* parts(value: unknown, line: string): Generator<string> {
  const inner = line + STEP;
  if (Array.isArray(value) && value.length > 0) {
    let before = `[${inner}`;
    for (const element of value as readonly unknown[]) {
      yield before;
      yield* parts(element, inner);
      before = `,${inner}`;
    }
    yield `${line}]`;
  } else if (typeof value === 'object' && value !== null && Object.values(value).some(Array.isArray)) {
    let before = `{${inner}`;
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined) continue;
      yield `${before}${JSON.stringify(name)}: `;
      yield* parts(field, inner);
      before = `,${inner}`;
    }
    yield `${line}}`;
  } else yield JSON.stringify(value, null, STEP).replaceAll('\n', line);
}
