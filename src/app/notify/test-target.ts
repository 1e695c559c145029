import { hostname } from 'node:os';
import { messageId } from '#app/notify/notify.ts';
import { openTarget } from '#app/notify/targets.ts';
import { type NotifyDeps, type TargetOutcome, tell, withClient } from '#app/notify/tell.ts';
import type { Problem } from '#core/errors.ts';
import { TEST_PATIENCE } from '#notify/delivery.ts';
import { makeNotification } from '#notify/notification.ts';

export interface TestedTarget {
  readonly id: string;
  readonly place: string;
  readonly outcome: TargetOutcome['outcome'];
  readonly problems: readonly Problem[];
}

/**
 * Tells one target that this is a test, once, whatever it was told before.
 * @throws `NOTIFY_TARGET_UNKNOWN`, `NOTIFY_TARGET_UNREADABLE`, `NOTIFY_SETTINGS_INVALID`
 */
export async function testTarget(name: string, deps: NotifyDeps): Promise<TestedTarget> {
  const target = openTarget(deps.record.home, name);
  const problems: Problem[] = [];
  const sentence = `This is a test: ${name} is told of ${target.settings.kinds.join(', ')}`;
  const notification = makeNotification({ kind: 'test', subject: `notify:${name}`, sentence }, hostname(), deps.now());
  const message = { id: messageId(), notification, repeats: 0, omitted: 0 };
  const { outcome } = await withClient(deps, (http) =>
    tell(target, message, { patience: TEST_PATIENCE, ...deps, http, problem: (one) => void problems.push(one) }),
  );
  return { id: message.id, place: target.open.place, outcome, problems };
}
