/** An edit of a text, by UTF-16 offsets; the end is not in what is replaced. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}
