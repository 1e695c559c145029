import { expect, it } from 'vitest';
import { bucketUrl, encodeKey, parseS3Place, regionInHost, s3Options } from './s3-place.ts';

it.each([
  ['s3:https://s3.example/bucket', 'https://s3.example/', 'bucket', ''],
  ['s3:http://127.0.0.1:9000/bucket/host1/', 'http://127.0.0.1:9000/', 'bucket', 'host1/'],
  ['s3:s3.example:9000/bucket/a/b', 'https://s3.example:9000/', 'bucket', 'a/b/'],
  ['s3://s3.example/bucket//a', 'https://s3.example/', 'bucket', 'a/'],
  ['s3:https://s3.example/bucket/a%20b+c', 'https://s3.example/', 'bucket', 'a b+c/'],
  ['s3:s3.example/bucket/a%20b', 'https://s3.example/', 'bucket', 'a%20b/'],
])('%s is read as restic reads it', (location, endpoint, bucket, prefix) => {
  const place = parseS3Place(location);
  expect({ ...place, endpoint: place.endpoint.href }).toEqual({ endpoint, bucket, prefix });
});

it.each(['s3:https://s3.example', 's3:https://s3.example/', 's3:s3.example/b/../c'])('%s is no place', (location) => {
  expect(() => parseS3Place(location)).toThrow(expect.objectContaining({ code: 'RESTIC_LOCATION_INVALID' }));
});

it.each([
  ['https://s3.eu-central-1.amazonaws.com', 'eu-central-1'],
  ['https://s3.dualstack.us-west-2.amazonaws.com', 'us-west-2'],
  ['https://s3-us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
  ['https://s3.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['https://s3.amazonaws.com', undefined],
  ['https://s3.eu-central-1.amazonaws.com.evil.example', undefined],
  ['https://s3.eu-central-1.wasabisys.com', undefined],
])('the region that %s names is %s', (host, region) => {
  expect(regionInHost(new URL(host))).toBe(region);
});

it.each([
  ['s3:https://s3.example/bucket', [], 'https://s3.example/bucket/'],
  ['s3:https://s3.example/bucket', ['s3.bucket-lookup=dns'], 'https://bucket.s3.example/'],
  ['s3:s3.amazonaws.com/bucket', [], 'https://bucket.s3.eu-west-1.amazonaws.com/'],
  ['s3:s3.amazonaws.com/bucket', ['s3.bucket-lookup=path'], 'https://s3.eu-west-1.amazonaws.com/bucket/'],
  ['s3:s3.amazonaws.com/with.dots', [], 'https://s3.eu-west-1.amazonaws.com/with.dots/'],
  ['s3:s3.eu-central-1.amazonaws.com/bucket', [], 'https://bucket.s3.eu-central-1.amazonaws.com/'],
  ['s3:storage.googleapis.com/bucket', [], 'https://bucket.storage.googleapis.com/'],
])('keys of %s with %j begin at %s', (location, options, url) => {
  expect(bucketUrl(parseS3Place(location), s3Options(options, {}), 'eu-west-1').href).toBe(url);
});

it('takes region, lookup and lists from options, and the region from the environment', () => {
  const environment = { AWS_DEFAULT_REGION: 'eu-north-1' };
  expect(s3Options(['s3.region=here', 's3.list-objects-v1=true'], environment)).toEqual({
    ...{ lookup: 'auto', firstListVersion: true, region: 'here' },
  });
  expect(s3Options([], environment)).toMatchObject({ region: 'eu-north-1' });
  expect(() => s3Options(['s3.layout=s3legacy'], {})).toThrow(
    expect.objectContaining({ code: 'RESTIC_LAYOUT_UNSUPPORTED' }),
  );
});

it('escapes keys as signatures ask for', () => {
  expect(encodeKey("a/b c+(d)!'*~ü")).toBe('a/b%20c%2B%28d%29%21%27%2A~%C3%BC');
});
