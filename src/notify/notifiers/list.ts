import type { Notifier, NotifierId } from '#notify/notifier.ts';
import { chat } from '#notify/notifiers/chat/index.ts';
import { email } from '#notify/notifiers/email/index.ts';
import { ping } from '#notify/notifiers/ping/index.ts';
import { webhook } from '#notify/notifiers/webhook/index.ts';

/** Every way to tell somebody. */
export const NOTIFIERS: readonly Notifier[] = [webhook, chat, email, ping];

/** The one of an id. Throws for an id that no notifier has: ids come from the list. */
export function notifierOf(id: NotifierId): Notifier {
  const found = NOTIFIERS.find((notifier) => notifier.id === id);
  if (found === undefined) throw new Error(`there is no notifier ${id}`);
  return found;
}
