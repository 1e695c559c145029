import { HoldfastError } from '#core/errors.ts';

/** A repository in S3, as its location names it. */
export interface S3Place {
  /** Scheme, host and port. */
  readonly endpoint: URL;
  readonly bucket: string;
  /** Of all keys; empty, or ending with a slash. */
  readonly prefix: string;
}

/** How restic's options change the way to it. */
export interface S3Options {
  readonly region?: string;
  readonly lookup: 'auto' | 'dns' | 'path';
  /** Lists are asked for in the way that older servers know. */
  readonly firstListVersion: boolean;
}

/**
 * Reads `s3:https://HOST/BUCKET/PATH`, `s3:HOST/BUCKET/PATH` and `s3://HOST/BUCKET/PATH` as restic does.
 * @throws `RESTIC_LOCATION_INVALID` where no bucket is named
 */
export function parseS3Place(location: string): S3Place {
  const given = location.slice('s3:'.length);
  const isUrl = /^https?:\/\//.test(given);
  const text = isUrl ? given : `https://${given.replace(/^\/+/, '')}`;
  const [, scheme = 'https', host = '', path = ''] = /^(https?):\/\/([^/]+)(.*)$/s.exec(text) ?? [];
  const names = (isUrl ? decoded(path) : path).split('/').filter((name) => name !== '' && name !== '.');
  const [bucket, ...rest] = names;
  if (bucket === undefined || host === '' || names.includes('..')) {
    throw new HoldfastError('RESTIC_LOCATION_INVALID', `${JSON.stringify(location.slice(0, 200))} names no bucket`, {
      kind: 'usage',
    });
  }
  return { endpoint: new URL(`${scheme}://${host}/`), bucket, prefix: rest.map((name) => `${name}/`).join('') };
}

/** @throws `RESTIC_LAYOUT_UNSUPPORTED` for the layout that restic wrote to S3 in its first years */
export function s3Options(
  options: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): S3Options {
  const given = new Map(options.map((option) => [option.split('=', 1)[0] ?? '', option.replace(/^[^=]*=/, '')]));
  const layout = given.get('s3.layout') || 'default';
  if (layout !== 'default') throw layoutUnsupported(layout);
  const lookup = given.get('s3.bucket-lookup');
  const region = given.get('s3.region') || environment['AWS_DEFAULT_REGION'];
  return {
    lookup: lookup === 'dns' || lookup === 'path' ? lookup : 'auto',
    firstListVersion: given.get('s3.list-objects-v1') === 'true',
    ...(region ? { region } : {}),
  };
}

export function layoutUnsupported(layout: string): HoldfastError {
  return new HoldfastError(
    'RESTIC_LAYOUT_UNSUPPORTED',
    `The repository lies in the layout ${layout}; only restic's default layout is read without restic`,
    {
      hint: 'An older restic moves it: restic migrate s3_layout (0.14 to 0.17). Until then: holdfast volume repo check --all',
    },
  );
}

const AMAZON = /(?:^|\.)amazonaws\.com(?:\.cn)?$/;
/** Servers where restic puts the bucket into the host's name. */
const BUCKET_IN_HOST = [AMAZON, /(?:^|\.)storage\.googleapis\.com$/, /(?:^|\.)aliyuncs\.com$/];

/** The region that the host of Amazon's own names; undefined for other hosts, and for the one that serves all regions. */
export function regionInHost({ hostname }: URL): string | undefined {
  if (!AMAZON.test(hostname)) return undefined;
  return /(?:^|\.)s3(?:-fips)?[.-](?:dualstack\.)?([a-z]{2}-[a-z-]+-\d)\.(?:vpce\.)?amazonaws\.com(?:\.cn)?$/.exec(
    hostname,
  )?.[1];
}

/** Where keys begin: `https://HOST/BUCKET/`, or `https://BUCKET.HOST/` at those servers that want it so. */
export function bucketUrl({ endpoint, bucket }: S3Place, { lookup }: S3Options, region: string): URL {
  const { hostname, protocol } = endpoint;
  // A name with dots in it matches no certificate.
  const fits = !(protocol === 'https:' && bucket.includes('.'));
  const inHost = lookup === 'dns' || (lookup === 'auto' && fits && BUCKET_IN_HOST.some((host) => host.test(hostname)));
  const url = new URL(endpoint);
  if (hostname === 's3.amazonaws.com') url.hostname = `s3.${region}.amazonaws.com`;
  if (inHost) url.hostname = `${bucket}.${url.hostname}`;
  else url.pathname = `/${encodeKey(bucket)}/`;
  return url;
}

/** A key in a path: all but letters, digits, `-`, `.`, `_`, `~` and slashes is escaped, as signatures ask for. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
