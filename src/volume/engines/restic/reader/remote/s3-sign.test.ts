import { AwsV4Signer } from 'aws4fetch';
import { expect, it } from 'vitest';
import { signedHeaders } from './s3-sign.ts';

// The keys, dates and signatures of AWS's own documentation; the keys open nothing.

it('the library signs as the "get-vanilla" vector of AWS says', async () => {
  const { headers } = await new AwsV4Signer({
    ...{ url: 'https://example.amazonaws.com/', service: 'service', region: 'us-east-1', datetime: '20150830T123600Z' },
    ...{ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  }).sign();
  expect(headers.get('authorization')).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ' +
      'Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  );
});

const KEY = { keyId: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const THEN = new Date('2013-05-24T00:00:00.000Z');
const BUCKET = 'https://examplebucket.s3.amazonaws.com/';

it.each([
  ['?lifecycle=', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
  ['?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
])('a request to S3 is signed as its documentation does: %s', async (query, signature) => {
  expect(await signedHeaders(KEY, `${BUCKET}${query}`, 'us-east-1', THEN)).toEqual({
    'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-amz-date': '20130524T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
      `SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`,
  });
});

it('a session is named and signed, and without a key nothing is', async () => {
  const headers = await signedHeaders({ ...KEY, sessionToken: 'of a role' }, BUCKET, 'eu-central-1', THEN);
  expect(headers['x-amz-security-token']).toBe('of a role');
  expect(headers['authorization']).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token');
  expect(await signedHeaders(undefined, BUCKET, 'eu-central-1', THEN)).toEqual({});
});
