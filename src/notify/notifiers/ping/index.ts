import * as z from 'zod/mini';
import { callHook } from '#notify/call-hook.ts';
import { linesOf } from '#notify/message.ts';
import type { NotificationKind } from '#notify/notification.ts';
import type { Notifier } from '#notify/notifier.ts';
import { hookAddress, readParts } from '#notify/settings.ts';

const schema = z.strictObject({ url: z.string() });

/** What is put behind the address. */
const ENDINGS: Readonly<Record<NotificationKind, string>> = {
  started: '/start',
  succeeded: '',
  recovered: '',
  failed: '/fail',
  silent: '/fail',
  damaged: '/fail',
  suspicious: '/fail',
  test: '',
};

/** Somebody else who notices silence: healthchecks.io and services of that shape. */
export const ping: Notifier = {
  id: 'ping',
  version: 1,
  title: 'a dead man’s switch that is told of every run',
  kinds: ['started', 'succeeded', 'failed', 'damaged'],
  isRoutine: true,
  open: (parts) => {
    const { url } = readParts(schema, parts, 'A ping takes --url-file.');
    const address = hookAddress(url);
    return {
      place: address.host,
      send: (message, context) => {
        const target = new URL(address);
        target.pathname = `${address.pathname.replace(/\/$/, '')}${ENDINGS[message.notification.kind]}`;
        const headers = { 'content-type': 'text/plain; charset=utf-8' };
        const body = [message.notification.subject, ...linesOf(message)].join('\n');
        return callHook({ url: target, headers, body, check: whyNotCounted }, context);
      },
    };
  },
};

/** healthchecks.io answers 200 to an address that no check has, and to one that is called too often. */
function whyNotCounted(text: string): string | undefined {
  if (/^OK \(not found\)/i.test(text)) return 'knows no check of this address';
  return /^OK \(rate limited\)/i.test(text) ? 'did not count it: it was called too often' : undefined;
}
