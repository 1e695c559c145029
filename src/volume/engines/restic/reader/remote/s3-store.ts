import type { HttpClient } from '#base/http/client.ts';
import { HoldfastError } from '#core/errors.ts';
import type { RepositoryAccess } from '#volume/engines/engine.ts';
import type { ResticFile, ResticFileKind } from '#volume/engines/restic/reader/files.ts';
import {
  answerOf,
  type HttpGet,
  readListing,
  readOverHttp,
  silenceOf,
} from '#volume/engines/restic/reader/remote/http-store.ts';
import {
  FOLDERS,
  fileUnreadable,
  type RemoteStore,
  shownFile,
} from '#volume/engines/restic/reader/remote/remote-store.ts';
import { parseListPage, type S3Page } from '#volume/engines/restic/reader/remote/s3-list.ts';
import {
  bucketUrl,
  encodeKey,
  layoutUnsupported,
  parseS3Place,
  type S3Options,
  type S3Place,
} from '#volume/engines/restic/reader/remote/s3-place.ts';
import { findRegion } from '#volume/engines/restic/reader/remote/s3-region.ts';
import { type S3Key, signedHeaders } from '#volume/engines/restic/reader/remote/s3-sign.ts';

/** A thousand keys of at most a kilobyte, each with what else is said of it. */
const MOST_PAGE_BYTES = 8 * 1024 * 1024;
const MOST_PAGES = 20_000;
const LISTING_LIMIT_MS = 60 * 60 * 1000;
const MOST_TOKEN_CHARACTERS = 4096;

export interface S3StoreDeps {
  readonly client: HttpClient;
  readonly options: S3Options;
  /** Asked before each request: keys of roles change. */
  readonly key: () => Promise<S3Key | undefined>;
  readonly now: () => Date;
}

/** A repository in a bucket, in restic's default layout. Closing closes the client. @throws `RESTIC_LOCATION_INVALID` */
export function s3Store(
  { client, options, key, now }: S3StoreDeps,
  { location }: Pick<RepositoryAccess, 'location'>,
): RemoteStore {
  const place = parseS3Place(location);
  const silence = silenceOf();
  let region: Promise<string> | undefined;
  const getOf = async (
    path: string,
    keyPath: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<HttpGet> => {
    region ??= findRegion({ client, key, now }, place, options);
    // It is looked up anew when that failed.
    region.catch(() => {
      region = undefined;
    });
    const at = await region;
    const url = withQuery(bucketUrl(place, options, at), keyPath, query);
    return { ...{ client, location, path, silence, url }, headers: await signedHeaders(await key(), url, at, now()) };
  };
  const list = (path: string, prefix: string) => pages(getOf, place, options, path, prefix);
  return {
    list: async function* (kind) {
      let count = 0;
      for await (const objects of list(FOLDERS[kind], `${FOLDERS[kind]}/`)) {
        for (const { key: objectKey, sizeBytes } of objects) {
          const file = fileOf(kind, objectKey, sizeBytes);
          if (file === undefined) continue;
          count += 1;
          yield file;
        }
      }
      if (kind !== 'key' || count > 0) return;
      // The old layout has the same folders under other names.
      for await (const objects of list('key', 'key/')) if (objects.length > 0) throw layoutUnsupported('s3legacy');
    },
    read: async (kind, name, wanted) =>
      readOverHttp(await getOf(shownFile(kind, name), encodeKey(place.prefix + keyOf(kind, name))), wanted),
    close: () => client.close(),
  };
}

type GetOf = (path: string, keyPath: string, query?: Readonly<Record<string, string>>) => Promise<HttpGet>;

async function* pages(
  getOf: GetOf,
  { prefix: root }: S3Place,
  { firstListVersion }: S3Options,
  path: string,
  prefix: string,
): AsyncGenerator<S3Page['objects']> {
  const begun = performance.now();
  const first = { ...(firstListVersion ? {} : { 'list-type': '2' }), 'max-keys': '1000', prefix: root + prefix };
  let next: string | undefined;
  for (let count = 1; ; count += 1) {
    const more = next === undefined ? {} : { [firstListVersion ? 'marker' : 'continuation-token']: next };
    const get = await getOf(path, '', { ...first, ...more });
    let page: S3Page;
    try {
      const bytes = await readListing(get, await answerOf(get), MOST_PAGE_BYTES);
      page = parseListPage(bytes.toString('utf8'), firstListVersion);
    } catch (error) {
      // There is no such bucket.
      if (count === 1 && error instanceof HoldfastError && error.code === 'RESTIC_FILE_MISSING') return;
      throw error;
    }
    yield page.objects;
    if (page.next === undefined && !page.broken) return;
    const isStuck = page.next === undefined || page.next === next || page.next.length > MOST_TOKEN_CHARACTERS;
    if (isStuck) throw fileUnreadable(path, "the server's list goes on, and it does not say how");
    if (count === MOST_PAGES || performance.now() - begun > LISTING_LIMIT_MS)
      throw fileUnreadable(path, "the server's list does not end");
    next = page.next;
  }
}

function keyOf(kind: ResticFileKind, name: string): string {
  if (kind === 'config') return 'config';
  return kind === 'pack' ? `${FOLDERS.pack}/${name.slice(0, 2)}/${name}` : `${FOLDERS[kind]}/${name}`;
}

/** What lies where a file of that name belongs. */
function fileOf(kind: Exclude<ResticFileKind, 'config'>, key: string, sizeBytes: number): ResticFile | undefined {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return key.endsWith(keyOf(kind, name)) ? { name, sizeBytes } : undefined;
}

/** Names and values are escaped as signatures ask for, which is more than addresses need. */
function withQuery(base: URL, keyPath: string, query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeKey(value).replaceAll('/', '%2F')}`);
  return `${base.href}${keyPath}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
}
