import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Whether a request to S3 is signed with this secret (AWS Signature Version 4, in the header). Written from AWS's
 * description, apart from any client: restic's requests prove it, and it proves the reader's.
 */
export function isSigned({ method = '', url = '', headers }: IncomingMessage, secret: string): boolean {
  const found =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/(?<date>\d{8})\/(?<region>[^/]+)\/s3\/aws4_request, ?SignedHeaders=(?<names>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    )?.groups;
  if (found === undefined) return false;
  const { date = '', region = '', names = '', signature } = found;
  const one = (name: string) => String(headers[name] ?? '').trim();
  // What is not signed must not matter: host, hash and time have to be.
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.split(';').includes(name))) return false;
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const query = [...searchParams].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).sort();
  const request = [
    ...[method, pathname.split('/').map(decodeURIComponent).map(escaped).join('/'), query.join('&')],
    ...names.split(';').map((name) => `${name}:${one(name).replace(/ +/g, ' ')}`),
    ...['', names, one('x-amz-content-sha256')],
  ].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', one('x-amz-date'), scope, createHash('sha256').update(request).digest('hex')];
  const key = [date, region, 's3', 'aws4_request'].reduce(hmac, Buffer.from(`AWS4${secret}`));
  return hmac(key, text.join('\n')).toString('hex') === signature;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
