import type { HeldBytes } from '#advisory/input/held-bytes.ts';
import type { Intake } from '#advisory/input/intake.ts';
import { isJson, takeDocument, takeJsonLine, takeJsonLines } from '#advisory/input/take-json.ts';
import { isBlank, textLine } from '#advisory/input/text-line.ts';

const LINE_LIMIT_BYTES = 64 * 1024 * 1024;
/** Of a feed that is published as text. */
const TEXT_LINE_LIMIT_BYTES = 64 * 1024;
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

type TakeLine = (line: Buffer, number: number) => void;

/** A reader for the text form of a feed, if the first line is that of one. */
function textLines(firstLine: Buffer, intake: Intake): TakeLine | undefined {
  if (firstLine.length > LONGEST_HEADER_BYTES) return undefined;
  const take = intake.openLines(textLine(firstLine));
  if (take === undefined) return undefined;
  return (line, number) => {
    if (line.length <= TEXT_LINE_LIMIT_BYTES) take(textLine(line));
    else intake.invalid(`Line ${number} was left out: it has ${line.length} bytes`);
  };
}

/** Uses `held`, which nothing else uses until the text has ended; what an earlier text left in it is dropped. */
export function createTextReader(intake: Intake, held: HeldBytes): TextReader {
  let takeLine: TakeLine | undefined;
  let whole = false;
  let number = 0;

  held.release();
  const hold = (bytes: Buffer) => held.append(bytes, takeLine === undefined ? undefined : LINE_LIMIT_BYTES);
  /** Decides by the first line that is not blank. */
  const begin = (line: Buffer): void => {
    takeLine = textLines(line, intake);
    if (takeLine === undefined && isJson(line)) takeLine = (bytes, at) => takeJsonLine(bytes, intake, at);
    takeLine?.(line, number);
  };
  const endLine = (rest: Buffer): void => {
    if (takeLine === undefined && held.sizeBytes() + rest.length > FIRST_LINE_BYTES) {
      whole = true;
      hold(rest);
      return;
    }
    hold(rest);
    number += 1;
    const bytes = held.release();
    if (isBlank(bytes)) return;
    if (takeLine !== undefined) takeLine(bytes, number);
    else {
      begin(bytes);
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
      if (bytes.length === 0) return;
      const lines = takeLine ?? (whole ? undefined : textLines(bytes, intake));
      if (lines !== undefined) {
        if (!isBlank(bytes)) lines(bytes, number + 1);
        return;
      }
      if (!takeDocument(bytes, intake) && !takeJsonLines(bytes, intake))
        intake.invalid('It is neither JSON nor a feed');
    },
  };
}
