import * as z from 'zod/mini';
import { callHook } from '#notify/call-hook.ts';
import type { Message } from '#notify/message.ts';
import type { Notifier } from '#notify/notifier.ts';
import { keyOf, signedHeaders } from '#notify/notifiers/webhook/sign.ts';
import { hookAddress, invalidSettings, readParts } from '#notify/settings.ts';

const schema = z.strictObject({ url: z.string(), signingSecret: z.string() });

/** A program of one's own: JSON, signed as the Standard Webhooks specification says. */
export const webhook: Notifier = {
  id: 'webhook',
  version: 1,
  title: 'a signed POST of JSON',
  kinds: ['recovered', 'failed', 'silent', 'damaged', 'suspicious'],
  isRoutine: false,
  open: (parts) => {
    const read = readParts(schema, parts, 'A webhook takes --url-file and --secret-file.');
    const url = hookAddress(read.url);
    const key = keyOf(read.signingSecret);
    if (key === undefined) {
      throw invalidSettings(
        'The signing secret is not whsec_ and the base64 of 24 to 64 bytes',
        'Name a file that is not there: it is made, with a new secret.',
      );
    }
    return {
      place: url.host,
      send: (message, context) => {
        const body = JSON.stringify(payloadOf(message));
        const headers = {
          'content-type': 'application/json',
          ...signedHeaders(key, message.id, context.now(), body),
        };
        return callHook({ url, headers, body }, context);
      },
    };
  },
};

/** What is posted. Its schema for others is in `api/notification-payload.ts`. */
function payloadOf({ notification, repeats, omitted }: Message) {
  const { kind, time, severity, subject, sentence, code, position, host } = notification;
  const data = { kind, severity, subject, sentence, code, position, host, repeats, omitted };
  return { type: `holdfast.${kind}`, timestamp: time, data };
}
