/**
 * What became different from one snapshot of a volume to the next. Files are regular files; of each file that was replaced,
 * under its own name or another one, content before and after is compared by how far it can be compressed.
 */
export interface ChangeSummary {
  /** In the snapshot before. */
  readonly filesBefore: number;
  readonly bytesBefore: number;
  /** Under the same path, with other content. */
  readonly changed: number;
  /** That were not there, and are not a renamed one. */
  readonly added: number;
  /** That are not there any more, and are not a renamed one. */
  readonly removed: number;
  /** That have another extension or one more in the same directory, whatever became of their content: `a.doc`, `a.doc.locked`. */
  readonly renamed: number;
  /** How many of those that were renamed have the most frequent of the new extensions, and which that is. */
  readonly renamedAlike: number;
  readonly renamedTo: string;
  /** Size of all files whose content is new. */
  readonly bytesAdded: number;
  /** Files that were replaced and of which both contents could be judged. */
  readonly compared: number;
  /** Of these, those that could be compressed and cannot be any more, and are in no known compressed format. */
  readonly scrambled: number;
  /** Files that were added and could be judged; and those of them that cannot be compressed and are in no known format. */
  readonly addedJudged: number;
  readonly addedScrambled: number;
  /** Replaced files that began as a known format before; and those of them that do not begin as any any more. */
  readonly formatsJudged: number;
  readonly formatsLost: number;
}
