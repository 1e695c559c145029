import { jsonDocuments } from '#advisory/input/documents.ts';
import type { Intake } from '#advisory/input/intake.ts';
import { isBlank, textLine } from '#advisory/input/text-line.ts';
import { HoldfastError } from '#core/errors.ts';

/** A text of so few bytes is parsed whole, however many values it has. */
const SMALL_BYTES = 1024 * 1024;
/** A text that is no document is JSON lines only if one of so many lines is JSON. */
const LINES_TRIED = 1000;
const NEWLINE = 0x0a;

function parsed(bytes: Buffer): { readonly value: unknown } | undefined {
  if (bytes.length > SMALL_BYTES) return undefined;
  try {
    return { value: JSON.parse(textLine(bytes)) as unknown };
  } catch {
    return undefined;
  }
}

/** Takes in a JSON text; what is wrong with it, and whether something was taken in before that was found. */
function takeAll(bytes: Buffer, intake: Intake, where?: string): { readonly begun: boolean; readonly why?: string } {
  const small = parsed(bytes);
  if (small !== undefined) {
    intake.document(small.value);
    return { begun: true };
  }
  let begun = false;
  try {
    for (const part of jsonDocuments(bytes, intake.lists)) {
      begun = true;
      intake.part(part, where);
    }
    return { begun };
  } catch (error) {
    if (!(error instanceof HoldfastError && error.code.startsWith('JSON_'))) throw error;
    return { begun, why: error.message };
  }
}

/** True for a JSON text, none of which is kept. */
export function isJson(bytes: Buffer): boolean {
  if (bytes.length <= SMALL_BYTES) return parsed(bytes) !== undefined;
  try {
    for (const _ of jsonDocuments(bytes, new Set()));
    return true;
  } catch (error) {
    if (!(error instanceof HoldfastError && error.code.startsWith('JSON_'))) throw error;
    return false;
  }
}

/**
 * Reads a JSON document; false when it is none and nothing was taken in.
 * @throws `ADVISORY_INPUT_UNREADABLE` for one that breaks off after some of it was taken in
 */
export function takeDocument(bytes: Buffer, intake: Intake): boolean {
  const { begun, why } = takeAll(bytes, intake);
  if (why === undefined) return true;
  if (!begun) return false;
  throw new HoldfastError('ADVISORY_INPUT_UNREADABLE', `The document is damaged or was cut off: ${why}`, {
    hint: 'Fetch it again.',
  });
}

/** Reads one of JSON lines, the `number`th of its text. What of it is not JSON is listed. */
export function takeJsonLine(bytes: Buffer, intake: Intake, number: number): void {
  const { begun, why } = takeAll(bytes, intake, `Line ${number}: `);
  if (why === undefined) return;
  const start = JSON.stringify(textLine(bytes.subarray(0, 240)).slice(0, 60));
  if (begun) intake.invalid(`The rest of line ${number} was left out: ${start} … ${why}`);
  else intake.invalid(`Line ${number} was left out: ${start} … is not JSON`);
}

/** The lines that are not blank, each with its number. */
function* linesOf(bytes: Buffer): Generator<readonly [line: Buffer, number: number]> {
  let number = 0;
  for (let start = 0; start < bytes.length; ) {
    number += 1;
    // Of nothing but newlines there may be many.
    if (bytes[start] === NEWLINE) {
      start += 1;
      continue;
    }
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(start, end);
    if (!isBlank(line)) yield [line, number];
    start = end + 1;
  }
}

function holdsJson(bytes: Buffer): boolean {
  let tried = 0;
  for (const [line] of linesOf(bytes)) {
    if (isJson(line)) return true;
    tried += 1;
    if (tried >= LINES_TRIED) return false;
  }
  return false;
}

/** Reads JSON lines; false, and nothing was taken in, when none of the first is JSON. */
export function takeJsonLines(bytes: Buffer, intake: Intake): boolean {
  const some = holdsJson(bytes);
  if (some) for (const [line, number] of linesOf(bytes)) takeJsonLine(line, intake, number);
  return some;
}
