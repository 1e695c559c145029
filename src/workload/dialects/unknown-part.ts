/** Stands in a text for what only shows when it is deployed: no path, name or number holds it. */
export const UNKNOWN_PART = '\ufffd';

/** The text, unless a part of it is unknown. */
export function wholly(text: string | undefined): string | undefined {
  return text?.includes(UNKNOWN_PART) ? undefined : text;
}
