import type { HttpClient } from '#base/http/client.ts';
import { openRequest, readWhole } from '#base/http/request.ts';
import {
  encodeKey,
  regionInHost,
  type S3Options,
  type S3Place,
} from '#volume/engines/restic/reader/remote/s3-place.ts';
import { type S3Key, signedHeaders } from '#volume/engines/restic/reader/remote/s3-sign.ts';

const DEFAULT_REGION = 'us-east-1';
const MOST_BYTES = 64 * 1024;

export interface RegionDeps {
  readonly client: HttpClient;
  readonly key: () => Promise<S3Key | undefined>;
  readonly now: () => Date;
}

/**
 * The region that requests are signed for, found as restic finds it: an option, AWS_DEFAULT_REGION, the host's name, what
 * the server says of the bucket, `us-east-1`. Not every server knows the question, and not every key may ask it: whatever
 * goes wrong here is told by the request that comes next.
 */
export async function findRegion(deps: RegionDeps, place: S3Place, options: S3Options): Promise<string> {
  const known = options.region ?? regionInHost(place.endpoint);
  if (known !== undefined) return known;
  const key = await deps.key();
  if (key === undefined) return DEFAULT_REGION;
  return askedRegion(deps, place, key).catch(() => DEFAULT_REGION);
}

async function askedRegion({ client, now }: RegionDeps, place: S3Place, key: S3Key): Promise<string> {
  const url = `${place.endpoint.href}${encodeKey(place.bucket)}/?location=`;
  const headers = await signedHeaders(key, url, DEFAULT_REGION, now());
  const response = await openRequest(client, { url, headers, follow: 'origin', limitBytes: MOST_BYTES });
  const text = (await readWhole(response, MOST_BYTES)).toString('latin1');
  const found =
    response.status === 200
      ? /<LocationConstraint[^>]{0,200}>([^<]{1,40})</.exec(text)?.[1]
      : // Who may not ask is told all the same where to.
        (response.headers.get('x-amz-bucket-region') ?? /<Region>([^<]{1,40})</.exec(text)?.[1]);
  if (found === undefined || !/^[A-Za-z0-9-]{1,40}$/.test(found)) return DEFAULT_REGION;
  // What the first region of Europe is called there.
  return found === 'EU' ? 'eu-west-1' : found;
}
