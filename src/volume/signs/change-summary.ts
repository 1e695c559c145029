import * as z from 'zod/mini';

const count = z.number().check(z.gte(0));

/** Checks a summary that was recorded. */
export const changeSummarySchema = z.object({
  /** In the snapshot before. */
  filesBefore: count,
  bytesBefore: count,
  /** Under the same path, with other content. */
  changed: count,
  /** That were not there, and are not a renamed one. */
  added: count,
  /** That are not there any more, and are not a renamed one. */
  removed: count,
  /** That have another extension or one more in the same directory, whatever became of their content: `a.doc`, `a.doc.locked`. */
  renamed: count,
  /** How many of those that were renamed have the most frequent of the new extensions, and which that is. */
  renamedAlike: count,
  renamedTo: z.string(),
  /** Size of all files whose content is new. */
  bytesAdded: count,
  /** Files that were replaced and of which both contents could be judged. */
  compared: count,
  /** Of these, those that could be compressed and cannot be any more, and are in no known compressed format. */
  scrambled: count,
  /** Files that were added and could be judged; and those of them that cannot be compressed and are in no known format. */
  addedJudged: count,
  addedScrambled: count,
  /** Replaced files that began as a known format before; and those of them that do not begin as any any more. */
  formatsJudged: count,
  formatsLost: count,
});

/**
 * What became different from one snapshot of a volume to the next. Files are regular files; of each file that was replaced,
 * under its own name or another one, content before and after is compared by how far it can be compressed.
 */
export type ChangeSummary = Readonly<z.infer<typeof changeSummarySchema>>;
