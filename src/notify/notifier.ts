import type { HttpClient } from '#base/http/client.ts';
import type { Plugin } from '#core/plugin.ts';
import type { Message } from '#notify/message.ts';
import type { NotificationKind } from '#notify/notification.ts';

export type NotifierId = 'webhook' | 'chat' | 'email' | 'ping';

/** How one try went. Sentences name the host at most: the rest of an address may be a secret. */
export type Answer =
  | { readonly kind: 'taken' }
  /** Another try is of no use. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly hint?: string }
  /** Another try may work; `afterMs` when the receiver said when. */
  | { readonly kind: 'later'; readonly code: string; readonly message: string; readonly afterMs?: number };

/** What sending takes. */
export interface SendContext {
  readonly http: HttpClient;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Ends the try. */
  readonly signal: AbortSignal;
}

/** A target with its settings checked, ready to be told. */
export interface OpenTarget {
  /** Where it is, for people: a host, never a whole address. */
  readonly place: string;
  send(message: Message, context: SendContext): Promise<Answer>;
}

/** What a target is made of. Secrets are kept apart: they go into a file of their own. */
export interface TargetParts {
  readonly settings: Readonly<Record<string, string | readonly string[]>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** A way to tell somebody. */
export interface Notifier extends Plugin {
  readonly id: NotifierId;
  /** What a target gets unless it says otherwise. */
  readonly kinds: readonly NotificationKind[];
  /** Told of every run: nothing is held back, repeated hours later, or recorded when it went well. */
  readonly isRoutine: boolean;
  /** @throws `NOTIFY_SETTINGS_INVALID`, which shows no secret */
  open(parts: TargetParts): OpenTarget;
}
