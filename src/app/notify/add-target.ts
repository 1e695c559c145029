import { existsSync } from 'node:fs';
import { readSecretLine, writeNewSecret } from '#app/notify/secret-line.ts';
import {
  eraseTarget,
  hasTarget,
  type RecordPlace,
  refuseTargetName,
  type TargetSettings,
  writeTarget,
} from '#app/notify/targets.ts';
import { HoldfastError } from '#core/errors.ts';
import { NOTIFICATION_KINDS, type NotificationKind } from '#notify/notification.ts';
import type { NotifierId } from '#notify/notifier.ts';
import { notifierOf } from '#notify/notifiers/list.ts';
import { makeSecret } from '#notify/notifiers/webhook/sign.ts';

export interface AddTargetRequest {
  readonly name: string;
  readonly notifier: NotifierId;
  /** Those of the notifier when there are none. */
  readonly kinds: readonly string[];
  readonly subjects: readonly string[];
  readonly settings: TargetSettings['settings'];
  /** Files with one secret each, by the name of what they hold. */
  readonly secretFiles: Readonly<Record<string, string>>;
  /** A file with the secret that signs webhooks; made, with a new one, where there is none. */
  readonly signingSecretFile?: string;
}

export interface TargetDeps {
  readonly record: RecordPlace;
  readonly actor: string;
  readonly now: () => Date;
}

export interface AddedTarget {
  readonly settings: TargetSettings;
  readonly place: string;
  /** Where a new signing secret was written, if one was made. */
  readonly madeSecret: string | undefined;
}

/**
 * Adds a target; nobody is told yet.
 * @throws `NOTIFY_NAME_INVALID`, `NOTIFY_TARGET_EXISTS`, `NOTIFY_KIND_UNKNOWN`, `NOTIFY_SUBJECT_INVALID`,
 * `NOTIFY_SECRET_UNREADABLE`, `NOTIFY_SETTINGS_INVALID`, `FILE_NOT_WRITTEN`, `LEDGER_*`, `DATABASE_*`
 */
export async function addTarget(request: AddTargetRequest, { record, actor, now }: TargetDeps): Promise<AddedTarget> {
  const { name } = request;
  const { home } = record;
  refuseTargetName(name);
  if (hasTarget(home, name)) {
    throw new HoldfastError('NOTIFY_TARGET_EXISTS', `This home has a target ${name} already`, {
      kind: 'usage',
      hint: `Take another name, or first: holdfast notify rm ${name}`,
    });
  }
  const notifier = notifierOf(request.notifier);
  const settings: TargetSettings = {
    ...{ version: 1, name, notifier: notifier.id },
    kinds: request.kinds.length === 0 ? [...notifier.kinds] : request.kinds.map(kindOf),
    subjects: request.subjects.map(subjectOf),
    settings: request.settings,
    addedAt: now().toISOString(),
  };
  const secrets: Record<string, string> = {};
  for (const [key, path] of Object.entries(request.secretFiles)) secrets[key] = readSecretLine(path);
  const { signingSecretFile } = request;
  const isNew = signingSecretFile !== undefined && !existsSync(signingSecretFile);
  if (signingSecretFile !== undefined) {
    secrets['signingSecret'] = isNew ? makeSecret() : readSecretLine(signingSecretFile);
  }
  const { place } = notifier.open({ settings: settings.settings, secrets });
  if (isNew) writeNewSecret(signingSecretFile, secrets['signingSecret'] ?? '');
  const { kinds, subjects } = settings;
  await writeTarget(home, settings, secrets);
  try {
    const data = { target: name, notifier: notifier.id, place, kinds, subjects };
    await record.ledger.append({
      stream: `notify:${name}`,
      events: [{ type: 'notification.target-added', data }],
      actor,
    });
  } catch (error) {
    eraseTarget(home, name);
    throw error;
  }
  return { settings, place, madeSecret: isNew ? signingSecretFile : undefined };
}

function kindOf(text: string): NotificationKind {
  const kind = NOTIFICATION_KINDS.find((one) => one === text);
  if (kind !== undefined && kind !== 'test') return kind;
  throw new HoldfastError('NOTIFY_KIND_UNKNOWN', `${JSON.stringify(text.slice(0, 100))} is nothing to be told of`, {
    kind: 'usage',
    hint: `There are ${NOTIFICATION_KINDS.filter((one) => one !== 'test').join(', ')}.`,
  });
}

function subjectOf(text: string): string {
  if (/^[^\s\p{Cc}]{1,200}$/u.test(text)) return text;
  throw new HoldfastError('NOTIFY_SUBJECT_INVALID', `${JSON.stringify(text.slice(0, 100))} fits no subject`, {
    kind: 'usage',
    hint: 'Write volume:db, repository:*, schedule:nightly; * stands for any characters.',
  });
}
