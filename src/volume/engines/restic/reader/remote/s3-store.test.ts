import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { createHttpClient } from '#base/http/client.ts';
import { gatheredList } from '../../../../../../test/fakes/chunks.ts';
import { startServer } from '../../../../../../test/fakes/http-server.ts';
import { remoteFiles } from './remote-files.ts';
import { s3Options } from './s3-place.ts';
import { s3Store } from './s3-store.ts';

const ID = `ab${'0'.repeat(62)}`;
const OTHER = `cd${'1'.repeat(62)}`;
const KEY = { keyId: 'AKIDEXAMPLE', secret: 'never shown' };

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

type Answer = (url: URL, response: ServerResponse, request: IncomingMessage) => void;

async function against(answer: Answer, options: readonly string[] = ['s3.region=here']) {
  const server = await startServer((request, response) => {
    answer(new URL(request.url ?? '', 'http://localhost'), response, request);
  });
  const client = createHttpClient({ environment: {}, sleep: async () => undefined });
  const now = () => new Date('2026-01-02T03:04:05Z');
  const deps = { client, options: s3Options(options, {}), key: async () => KEY, now };
  const files = remoteFiles(s3Store(deps, { location: `s3:${server.url}/bucket/of host` }));
  open.push(files, server);
  return { server, files };
}

const coded = (code: string) => ({ code: `RESTIC_${code}` });
const object = (key: string, size = 5) => `<Contents><Key>${key}</Key><Size>${size}</Size></Contents>`;
const go = (token: string) => `<IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`;

it('lists page by page below its prefix, and takes only what lies where it belongs', async () => {
  const { server, files } = await against(({ searchParams }, response) => {
    const pack = (name: string, folder = name.slice(0, 2)) => object(`of host/data/${folder}/${name}`);
    if (searchParams.get('continuation-token') === null) response.end(go('a/b+c=') + pack(ID) + pack(OTHER, 'ab'));
    else response.end(object('of host/data/') + pack(ID) + pack(OTHER) + object(`of host/data/${OTHER}`));
  });
  expect(await gatheredList(files.list('pack'))).toEqual([
    { name: ID, sizeBytes: 5 },
    { name: OTHER, sizeBytes: 5 },
  ]);
  expect(server.seen.map(({ path }) => path)).toEqual([
    '/bucket/?list-type=2&max-keys=1000&prefix=of%20host%2Fdata%2F',
    '/bucket/?list-type=2&max-keys=1000&prefix=of%20host%2Fdata%2F&continuation-token=a%2Fb%2Bc%3D',
  ]);
  expect(server.seen[1]?.headers).toMatchObject({
    authorization: expect.stringContaining('AKIDEXAMPLE/20260102/here/s3/aws4_request'),
    'x-amz-date': '20260102T030405Z',
  });
});

it('asks older servers for lists as they know them', async () => {
  const { server, files } = await against(
    ({ searchParams }, response) => {
      const isFirst = searchParams.get('marker') === null;
      response.end(
        isFirst ? `<IsTruncated>true</IsTruncated>${object(`of host/index/${ID}`)}` : object(`of host/index/${OTHER}`),
      );
    },
    ['s3.region=here', 's3.list-objects-v1=true'],
  );
  expect((await gatheredList(files.list('index'))).map(({ name }) => name)).toEqual([ID, OTHER]);
  expect(server.seen[1]?.path).toContain(`marker=of%20host%2Findex%2F${ID}`);
});

it.each([
  ['always the same', () => go('again')],
  ['nowhere', () => '<IsTruncated>true</IsTruncated>'],
  ['with an address that is too long', () => go('x'.repeat(5000))],
])('a list that goes on %s is given up', async (_, body) => {
  const { files } = await against((_url, response) => response.end(body()));
  await expect(gatheredList(files.list('pack'))).rejects.toMatchObject(coded('FILE_UNREADABLE'));
});

it('reads objects in part, with a signature that does not depend on the part', async () => {
  const { server, files } = await against((_, response, { headers }) => {
    expect(headers.range).toBe('bytes=10-12');
    response.writeHead(206, { 'content-range': 'bytes 10-12/99' }).end('abc');
  });
  expect((await files.read('snapshot', ID, 10, 3)).toString()).toBe('abc');
  expect(server.seen[0]?.path).toBe(`/bucket/of%20host/snapshots/${ID}`);
  expect(server.seen[0]?.headers.authorization).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date,');
});

it.each([
  [404, 'NoSuchKey', 'FILE_MISSING'],
  [403, 'AccessDenied', 'CREDENTIALS_REFUSED'],
  [403, 'SignatureDoesNotMatch', 'CREDENTIALS_REFUSED'],
  [403, 'InvalidAccessKeyId', 'CREDENTIALS_REFUSED'],
  [400, 'ExpiredToken', 'CREDENTIALS_EXPIRED'],
  [403, 'RequestTimeTooSkewed', 'CLOCK_WRONG'],
  [403, 'InvalidObjectState', 'FILE_UNREADABLE'],
  [503, 'SlowDown', 'FILE_UNREADABLE'],
  [416, 'InvalidRange', 'FILE_TRUNCATED'],
  [507, 'XMinioStorageFull', 'FILE_UNREADABLE'],
])('status %i with %s is RESTIC_%s', async (status, code, expected) => {
  const said = `<Error><Code>${code}</Code><AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId><StringToSign>x</StringToSign></Error>`;
  const { files } = await against((_, response) => response.writeHead(status).end(said));
  const failed = await files.read('pack', ID, 0, 10).catch((error: unknown) => error);
  expect(failed).toMatchObject(coded(expected.replace('RESTIC_', '')));
  expect(`${failed}${JSON.stringify(failed)}`).not.toMatch(/never shown|AKIDEXAMPLE|StringToSign/);
});

it('asks the bucket for its region once, and signs for that', async () => {
  const { server, files } = await against(({ searchParams }, response) => {
    if (searchParams.has('location')) response.end('<LocationConstraint xmlns="x">eu-central-1</LocationConstraint>');
    else response.end(object(`of host/keys/${ID}`));
  }, []);
  await gatheredList(files.list('key'));
  await gatheredList(files.list('key'));
  expect(server.seen.map(({ headers }) => /\/([^/]+)\/s3\//.exec(headers.authorization ?? '')?.[1])).toEqual([
    ...['us-east-1', 'eu-central-1', 'eu-central-1'],
  ]);
});

it.each([
  [400, {}, '<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-2</Region></Error>', 'eu-west-2'],
  [403, { 'x-amz-bucket-region': 'eu-west-3' }, '', 'eu-west-3'],
  [200, {}, '<LocationConstraint>EU</LocationConstraint>', 'eu-west-1'],
  [200, {}, '<LocationConstraint></LocationConstraint>', 'us-east-1'],
  [200, {}, '<LocationConstraint>../x y</LocationConstraint>', 'us-east-1'],
  [501, {}, '', 'us-east-1'],
])('status %i with %j and "%s" to that question means the region %s', async (status, headers, body, region) => {
  const { server, files } = await against(({ searchParams }, response) => {
    if (searchParams.has('location')) response.writeHead(status, headers).end(body);
    else response.end(object(`of host/keys/${ID}`));
  }, []);
  await gatheredList(files.list('key'));
  expect(server.seen.at(-1)?.headers.authorization).toContain(`/${region}/s3/`);
});

it('says so when the repository lies in the layout of restic’s first years', async () => {
  const { files } = await against(({ searchParams }, response) => {
    response.end(searchParams.get('prefix') === 'of host/key/' ? object(`of host/key/${ID}`) : '<ListBucketResult/>');
  });
  await expect(gatheredList(files.list('key'))).rejects.toMatchObject(coded('LAYOUT_UNSUPPORTED'));
  expect(await gatheredList(files.list('index'))).toEqual([]);
});

it('a bucket that is not there is empty', async () => {
  const { files } = await against((_, response) =>
    response.writeHead(404).end('<Error><Code>NoSuchBucket</Code></Error>'),
  );
  expect(await gatheredList(files.list('key'))).toEqual([]);
});
