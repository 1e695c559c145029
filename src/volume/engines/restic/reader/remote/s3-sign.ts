import { AwsV4Signer } from 'aws4fetch';

/** A key at an S3 server. */
export interface S3Key {
  readonly keyId: string;
  readonly secret: string;
  readonly sessionToken?: string;
}

/** SHA-256 of nothing: what a GET sends. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * The headers that prove who asks (AWS Signature Version 4); none without a key, which some servers accept. The range of
 * a request and its host are sent as always.
 * @param now the signature is good for a quarter of an hour
 */
export async function signedHeaders(
  key: S3Key | undefined,
  url: string,
  region: string,
  now: Date,
): Promise<Readonly<Record<string, string>>> {
  if (key === undefined) return {};
  const { keyId, secret, sessionToken } = key;
  const signer = new AwsV4Signer({
    ...{ url, method: 'GET', service: 's3', region, accessKeyId: keyId, secretAccessKey: secret },
    ...(sessionToken === undefined ? {} : { sessionToken }),
    headers: { 'x-amz-content-sha256': EMPTY },
    datetime: now.toISOString().replace(/[:-]|\.\d{3}/g, ''),
  });
  const { headers } = await signer.sign();
  headers.delete('host');
  return Object.fromEntries(headers);
}
