import type { Problem } from '#core/errors.ts';
import { splitWords } from '#volume/plan/split-words.ts';

/** A command that a label of docker-volume-backup names. */
export interface ArchiveCommand {
  readonly argv: readonly string[];
  readonly user?: string;
  readonly label: string;
}

/** What the labels of docker-volume-backup say, as far as they have a meaning here. */
export interface ArchiveLabels {
  /** It is to be stopped meanwhile. */
  readonly stops: boolean;
  readonly before: readonly ArchiveCommand[];
  readonly after: readonly ArchiveCommand[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
}

const PREFIX = 'docker-volume-backup.';
/** `exec-pre` and `exec-post` are its older names. */
const BEFORE: readonly string[] = ['archive-pre', 'exec-pre'];
const AFTER: readonly string[] = ['archive-post', 'exec-post'];
/** Steps of its own: packing, sending, deleting old ones. */
const STEPS_OF_ITS_OWN = /^(?:process|copy|prune)-(?:pre|post)$/;

/**
 * Reads the labels of docker-volume-backup (offen, version 2): `stop-during-backup`, `archive-pre` and `archive-post` with
 * `.user`, `exec-label`. Commands are split into words as a shell would, but run without one.
 */
export function archiveLabels(
  labels: Readonly<Record<string, string>>,
  { execLabel, stopLabel = 'true' }: { readonly execLabel?: string; readonly stopLabel?: string },
): ArchiveLabels {
  const problems: Problem[] = [];
  const notes: Problem[] = [];
  const value = (name: string) => (Object.hasOwn(labels, PREFIX + name) ? labels[PREFIX + name] : undefined);
  const note = (name: string, why: string) =>
    notes.push({
      code: 'PLAN_LABEL_IGNORED',
      message: `The label ${PREFIX}${name.slice(0, 100)} is not followed: ${why}`,
    });
  const meant = execLabel === undefined || value('exec-label') === execLabel;
  const commands = (names: readonly string[]): readonly ArchiveCommand[] =>
    names.flatMap((name): ArchiveCommand[] => {
      const text = value(name);
      if (text === undefined || text.trim() === '' || !meant) return [];
      const argv = splitWords(text);
      const user = value(`${name}.user`);
      if (argv !== undefined && argv.length > 0)
        return [{ argv, label: PREFIX + name, ...(user === undefined ? {} : { user }) }];
      problems.push({
        code: 'PLAN_LABEL_INVALID',
        message: `The label ${PREFIX}${name} cannot be followed: a quote in it is not closed`,
      });
      return [];
    });
  for (const label of Object.keys(labels)) {
    const name = label.startsWith(PREFIX) ? label.slice(PREFIX.length) : '';
    if (STEPS_OF_ITS_OWN.test(name)) note(name, 'there is no such step here');
    if (name === 'stop-during-backup-no-restart' && value(name) === stopLabel)
      note(name, 'what is stopped is started again afterwards, always');
  }
  return {
    stops: value('stop-during-backup') === stopLabel || value('stop-during-backup-no-restart') === stopLabel,
    before: commands(BEFORE),
    after: commands(AFTER),
    problems,
    notes,
  };
}
