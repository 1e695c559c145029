import type * as z from 'zod/mini';
import { isLoopback } from '#base/http/loopback.ts';
import { HoldfastError } from '#core/errors.ts';
import type { TargetParts } from '#notify/notifier.ts';

const MOST_ADDRESS = 2000;

/** @returns the error for settings that cannot be used; `what` shows no secret */
export function invalidSettings(what: string, hint: string): HoldfastError {
  return new HoldfastError('NOTIFY_SETTINGS_INVALID', what, { kind: 'usage', hint });
}

/** Settings and secrets in the shape of a notifier. @throws `NOTIFY_SETTINGS_INVALID`, which names what is missing or wrong */
export function readParts<T>(schema: z.ZodMiniType<T>, { settings, secrets }: TargetParts, hint: string): T {
  const read = schema.safeParse({ ...settings, ...secrets });
  if (read.success) return read.data;
  const names = [...new Set(read.error.issues.map(({ path }) => String(path[0] ?? 'settings')))];
  throw invalidSettings(`${names.join(', ')}: missing, or not what it should be`, hint);
}

/** The address of a hook. @throws `NOTIFY_SETTINGS_INVALID`, which does not repeat it */
export function hookAddress(text: string): URL {
  const hint = 'Write one address on one line: https://host/path. Plain http is for this machine only.';
  if (text.length > MOST_ADDRESS || /[\s\p{Cc}]/u.test(text) || !URL.canParse(text)) {
    throw invalidSettings('The file with the address holds none', hint);
  }
  const url = new URL(text);
  const isPlain = url.protocol === 'http:';
  if (url.protocol !== 'https:' && !isPlain) throw invalidSettings(`${url.protocol} is no protocol for hooks`, hint);
  if (isPlain && !isLoopback(url.hostname)) {
    throw invalidSettings(`${url.host} would be told without encryption`, hint);
  }
  url.hash = '';
  return url;
}
