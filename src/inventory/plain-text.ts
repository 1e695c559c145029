const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;

/** True for text with a control character (C0, DEL, C1): no name or version has one, and terminals obey them. */
export function hasControls(text: string): boolean {
  return CONTROL.test(text);
}

/** Text to be shown, not compared: every run of control characters is one space. */
export function withoutControls(text: string): string {
  return CONTROL.test(text) ? text.replace(CONTROLS, ' ').trim() : text;
}
