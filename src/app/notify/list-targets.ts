import type { NotifyTargetList } from '#api/notify-report.ts';
import type { Home } from '#app/home/home.ts';
import { readMemory } from '#app/notify/memory-file.ts';
import { openTarget, targetNames } from '#app/notify/targets.ts';
import { type Problem, problemOf } from '#core/errors.ts';

/** The targets of a home, and how telling them went last. What cannot be read is a problem. Nobody is asked. */
export function listTargets(home: Pick<Home, 'directory'>): {
  readonly targets: NotifyTargetList['targets'];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const targets = targetNames(home).flatMap((name) => {
    try {
      const { settings, open } = openTarget(home, name);
      const { last, waiting } = readMemory(home, name);
      const { notifier, kinds, subjects, addedAt } = settings;
      return [{ name, notifier, place: open.place, kinds, subjects, addedAt, last, waiting: waiting.length }];
    } catch (error) {
      problems.push(problemOf(error));
      return [];
    }
  });
  return { targets, problems };
}
