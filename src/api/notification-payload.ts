import { z } from 'zod';

/**
 * The body of a webhook. Signed as the Standard Webhooks specification says: `webhook-signature` holds `v1,` and the base64
 * of the HMAC-SHA-256 of `webhook-id`, `webhook-timestamp` and these bytes, joined by full stops.
 */
export const notificationPayloadSchema = z
  .object({
    type: z.string().describe('holdfast. and the kind'),
    timestamp: z.string().describe('when it happened; ISO 8601, UTC'),
    data: z.object({
      kind: z.enum(['started', 'succeeded', 'recovered', 'failed', 'silent', 'damaged', 'suspicious', 'test']),
      severity: z.enum(['info', 'warning', 'critical']),
      subject: z.string().max(200).describe('what it is about: volume:db, repository:nas, schedule:nightly'),
      sentence: z.string().max(500),
      code: z.string().max(60).nullable().describe('of the error that is the reason'),
      position: z.int().nullable().describe('of the event on the record: holdfast log show POSITION'),
      host: z.string().max(100),
      repeats: z.int().describe('how often the same was held back since it was last sent'),
      omitted: z.int().describe('how many others were held back since then: there were too many in an hour'),
    }),
  })
  .meta({ id: 'NotificationPayload' });
