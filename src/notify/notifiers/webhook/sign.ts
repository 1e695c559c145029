import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
const NEW_BYTES = 32;

/** A new signing secret in the form of the Standard Webhooks specification. */
export function makeSecret(): string {
  return `${PREFIX}${randomBytes(NEW_BYTES).toString('base64')}`;
}

/** The key in a secret: `whsec_` and the base64 of 24 to 64 bytes; undefined for anything else. */
export function keyOf(secret: string): Buffer | undefined {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const key = Buffer.from(text, 'base64');
  if (key.toString('base64') !== text || key.length < LEAST_BYTES || key.length > MOST_BYTES) return undefined;
  return key;
}

/**
 * The headers of a signed webhook (Standard Webhooks 1.0.0, symmetric): HMAC-SHA-256 over `id.timestamp.body`. The id stays
 * the same when a message is sent again, the time is that of the try, so that a receiver can refuse what is old or known.
 */
export function signedHeaders(key: Buffer, id: string, at: Date, body: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
