import { jsonDocuments } from '#advisory/input/documents.ts';
import type { HeldBytes } from '#advisory/input/held-bytes.ts';
import type { Intake } from '#advisory/input/intake.ts';
import { HoldfastError } from '#core/errors.ts';

/** A line is held three times: as bytes, as text, and as what it says. */
const LINE_LIMIT_BYTES = 64 * 1024 * 1024;
/** A text that is no document is JSON lines only if one of so many lines is JSON. */
const LINES_TRIED = 1000;
/** A first line beyond this is taken for a document on one line. */
const FIRST_LINE_BYTES = 8 * 1024 * 1024;
/** The text form of a feed tells itself by a shorter first line. */
const LONGEST_HEADER_BYTES = 1024;
const NEWLINE = 0x0a;

/** Takes the bytes of one text: a JSON document, JSON lines, or the text form of a feed, told by its content. */
export interface TextReader {
  push(chunk: Buffer): void;
  /** @throws `ADVISORY_INPUT_UNREADABLE` for a document that breaks off after some of it was taken in */
  end(): void;
}

function parsed(line: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(line) as unknown };
  } catch {
    return undefined;
  }
}

function textLine(bytes: Buffer): string {
  const text = bytes.toString('utf8').trim();
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** Reads a JSON document; false when it is none and nothing was taken in. */
function takeDocument(bytes: Buffer, intake: Intake): boolean {
  const small = bytes.length <= FIRST_LINE_BYTES ? parsed(textLine(bytes)) : undefined;
  if (small !== undefined) {
    intake.document(small.value);
    return true;
  }
  let begun = false;
  try {
    for (const value of jsonDocuments(bytes)) {
      begun = true;
      intake.document(value);
    }
    return true;
  } catch (error) {
    if (!(error instanceof HoldfastError && error.code.startsWith('JSON_'))) throw error;
    if (!begun) return false;
    throw new HoldfastError('ADVISORY_INPUT_UNREADABLE', `The document is damaged or was cut off: ${error.message}`, {
      hint: 'Fetch it again.',
    });
  }
}

function jsonLine(line: string, intake: Intake): void {
  const found = parsed(line);
  if (found === undefined) intake.invalid(`A line was left out: ${JSON.stringify(line.slice(0, 60))} … is not JSON`);
  else intake.document(found.value);
}

/** The lines that are not blank, as far as they are no larger than a line may be. */
function* linesOf(bytes: Buffer): Generator<string> {
  for (let start = 0; start < bytes.length; ) {
    // Of nothing but newlines there may be many.
    if (bytes[start] === NEWLINE) {
      start += 1;
      continue;
    }
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const line = end - start > LINE_LIMIT_BYTES ? '' : textLine(bytes.subarray(start, end));
    if (line !== '') yield line;
    start = end + 1;
  }
}

function holdsJson(bytes: Buffer): boolean {
  let tried = 0;
  for (const line of linesOf(bytes)) {
    if (parsed(line) !== undefined) return true;
    tried += 1;
    if (tried >= LINES_TRIED) return false;
  }
  return false;
}

/** Lines that are not JSON are listed; true when at least one was. */
function takeLines(bytes: Buffer, intake: Intake): boolean {
  const some = holdsJson(bytes);
  if (some) for (const line of linesOf(bytes)) jsonLine(line, intake);
  return some;
}

/** Uses `held`, which nothing else uses until the text has ended; what an earlier text left in it is dropped. */
export function createTextReader(intake: Intake, held: HeldBytes): TextReader {
  let takeLine: ((line: string) => void) | undefined;
  let whole = false;

  held.release();
  const hold = (bytes: Buffer) => held.append(bytes, takeLine === undefined ? undefined : LINE_LIMIT_BYTES);
  /** Decides by the first line that is not blank. */
  const begin = (line: string): void => {
    takeLine = intake.openLines(line);
    if (takeLine === undefined && parsed(line) !== undefined) takeLine = (text) => jsonLine(text, intake);
    takeLine?.(line);
  };
  const endLine = (rest: Buffer): void => {
    if (takeLine === undefined && held.sizeBytes() + rest.length > FIRST_LINE_BYTES) {
      whole = true;
      hold(rest);
      return;
    }
    hold(rest);
    const bytes = held.release();
    const line = textLine(bytes);
    if (line === '') return;
    if (takeLine !== undefined) takeLine(line);
    else {
      begin(line);
      whole = takeLine === undefined;
      if (whole) hold(bytes);
    }
  };

  return {
    push(chunk) {
      let start = 0;
      while (!whole) {
        const newline = chunk.indexOf(NEWLINE, start);
        if (newline < 0) break;
        endLine(chunk.subarray(start, newline + 1));
        start = newline + 1;
      }
      hold(chunk.subarray(start));
    },
    end() {
      const bytes = held.release();
      if (takeLine !== undefined) {
        const line = textLine(bytes);
        if (line !== '') takeLine(line);
        return;
      }
      if (bytes.length === 0) return;
      const lines = !whole && bytes.length <= LONGEST_HEADER_BYTES ? intake.openLines(textLine(bytes)) : undefined;
      if (lines !== undefined) {
        lines(textLine(bytes));
        return;
      }
      if (!takeDocument(bytes, intake) && !takeLines(bytes, intake)) intake.invalid('It is neither JSON nor a feed');
    },
  };
}
