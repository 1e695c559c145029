import { readFileSync } from 'node:fs';
import { createHttpClient } from '#base/http/client.ts';
import { isLoopback } from '#base/http/loopback.ts';
import { fetchBytes, type HttpRequest } from '#base/http/request.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';
import type { S3Key } from '#volume/engines/restic/reader/remote/s3-sign.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A key that ends. */
export interface RoleKey {
  readonly key: S3Key;
  /** Milliseconds since 1970. */
  readonly untilMs: number;
}

const MOST_BYTES = 64 * 1024;
const CONTAINER_HOST = 'http://169.254.170.2';
const MACHINE_HOST = 'http://169.254.169.254';
/** Addresses of this machine's own link where AWS hands out keys over plain http. */
const OWN_LINK = new Set(['169.254.170.2', '169.254.170.23', '[fd00:ec2::23]', '169.254.169.254']);
const TIMEOUTS = { connectMs: 1_000, headersMs: 5_000, stallMs: 5_000 };

/**
 * The key of the role that this container or machine has at AWS, found as restic's S3 client finds it: a web identity
 * (AWS_WEB_IDENTITY_TOKEN_FILE), a container's (AWS_CONTAINER_CREDENTIALS_*), a machine's. Undefined where there is none.
 * @throws `RESTIC_CREDENTIALS_REFUSED` where there should be one and it is not given
 */
export async function roleKey(
  environment: Environment,
  machineHost: string = MACHINE_HOST,
): Promise<RoleKey | undefined> {
  const named =
    environment['AWS_WEB_IDENTITY_TOKEN_FILE'] ||
    environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] ||
    environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  try {
    if (environment['AWS_WEB_IDENTITY_TOKEN_FILE']) return await webIdentityKey(environment);
    return named ? await containerKey(environment) : await machineKey(machineHost);
  } catch (error) {
    if (!named) return undefined;
    const why = problemOf(error).message;
    throw new HoldfastError('RESTIC_CREDENTIALS_REFUSED', `The key of this machine's role cannot be had: ${why}`, {
      hint: 'Look at the role, or give a key: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or --credentials-file.',
    });
  }
}

async function containerKey(environment: Environment): Promise<RoleKey> {
  const relative = environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const url = relative ? `${CONTAINER_HOST}${relative}` : (environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '');
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && !isLoopback(hostname) && !OWN_LINK.has(hostname)) {
    throw new HoldfastError('HTTP_INSECURE', 'AWS_CONTAINER_CREDENTIALS_FULL_URI leads elsewhere without encryption');
  }
  const file = environment['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  const headers: Record<string, string> = file ? { authorization: readFileSync(file, 'utf8').trim() } : {};
  return keyInJson(await asked({ url, headers }, protocol === 'http:'));
}

/** A token first, then the role's name, then its key (Instance Metadata Service, version 2). */
async function machineKey(host: string): Promise<RoleKey | undefined> {
  const hour = { 'x-aws-ec2-metadata-token-ttl-seconds': '3600' };
  const token = await asked({ url: `${host}/latest/api/token`, method: 'PUT', headers: hour }, true);
  const headers = { 'x-aws-ec2-metadata-token': token.trim() };
  const roles = `${host}/latest/meta-data/iam/security-credentials/`;
  const [role = ''] = (await asked({ url: roles, headers }, true)).split('\n');
  if (!/^[\w+=,.@-]{1,128}$/.test(role)) return undefined;
  return keyInJson(await asked({ url: `${roles}${encodeURIComponent(role)}`, headers }, true));
}

async function webIdentityKey(environment: Environment): Promise<RoleKey> {
  const region = environment['AWS_REGION'] ?? '';
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: environment['AWS_ROLE_ARN'] ?? '',
    RoleSessionName: environment['AWS_ROLE_SESSION_NAME'] || `holdfast-${process.pid}`,
    WebIdentityToken: readFileSync(environment['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '', 'utf8').trim(),
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const host = /^[a-z0-9-]+$/.test(region) ? `sts.${region}.${domain}` : 'sts.amazonaws.com';
  const text = await asked({ url: `https://${host}/`, method: 'POST', headers, body }, false, environment);
  const value = (name: string) => new RegExp(`<${name}>([^<]{1,4096})</${name}>`).exec(text)?.[1];
  return keyOf(value('AccessKeyId'), value('SecretAccessKey'), value('SessionToken'), value('Expiration'));
}

function keyInJson(text: string): RoleKey {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const fields = new Map<string, unknown>(Object.entries(typeof value === 'object' && value !== null ? value : {}));
  const at = (name: string) => {
    const field = fields.get(name);
    return typeof field === 'string' ? field : undefined;
  };
  return keyOf(at('AccessKeyId'), at('SecretAccessKey'), at('Token'), at('Expiration'));
}

function keyOf(keyId?: string, secret?: string, sessionToken?: string, expiration?: string): RoleKey {
  if (!keyId || !secret) throw new HoldfastError('RESTIC_CREDENTIALS_REFUSED', 'the answer holds no key');
  const until = Date.parse(expiration ?? '');
  return {
    key: { keyId, secret, ...(sessionToken ? { sessionToken } : {}) },
    untilMs: Number.isNaN(until) ? 0 : until,
  };
}

/** @param ownLink an address of this machine's own link: no proxy, no encryption, and little patience */
async function asked(request: HttpRequest, ownLink: boolean, environment: Environment = {}): Promise<string> {
  const client = createHttpClient(ownLink ? { environment: {}, insecure: true, timeouts: TIMEOUTS } : { environment });
  try {
    const { status, bytes } = await fetchBytes(client, {
      ...{ attempts: 2, follow: 'origin', limitBytes: MOST_BYTES },
      ...request,
    });
    if (status === 200) return bytes.toString('utf8');
    throw new HoldfastError('RESTIC_CREDENTIALS_REFUSED', `the service answered with status ${status}`);
  } finally {
    await client.close();
  }
}
