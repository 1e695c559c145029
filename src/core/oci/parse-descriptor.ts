import { isDigest } from '#core/digest.ts';
import type { Descriptor } from '#core/oci/descriptor.ts';
import {
  isObject,
  type JsonObject,
  optionalArray,
  optionalString,
  type Refuse,
  shownValue,
  stringMap,
} from '#core/oci/json.ts';
import type { Platform } from '#core/platform.ts';

const URL_LIMIT = 100;

function platformOf(value: unknown): Platform | undefined {
  if (!isObject(value)) return undefined;
  const os = optionalString(value, 'os');
  const architecture = optionalString(value, 'architecture');
  const variant = optionalString(value, 'variant');
  if (os === undefined || architecture === undefined) return undefined;
  return variant === undefined ? { os, architecture } : { os, architecture, variant };
}

function urlsOf(object: JsonObject, refuse: Refuse): readonly string[] {
  const urls = optionalArray(object, 'urls', URL_LIMIT, refuse) ?? [];
  return urls.filter((url): url is string => typeof url === 'string');
}

/**
 * One descriptor (OCI image specification, descriptor). A media type that is missing becomes the empty text; digest and
 * size are required. `where` names the member for the error that `refuse` makes.
 */
export function parseDescriptor(value: unknown, where: string, refuse: Refuse): Descriptor {
  if (!isObject(value)) throw refuse(`${where} is not a descriptor`);
  const digest = value['digest'];
  const size = value['size'];
  if (typeof digest !== 'string' || !isDigest(digest)) {
    throw refuse(`the digest of ${where} is not a content digest: ${shownValue(digest)}`);
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw refuse(`the size of ${where} is not a number of bytes`);
  }
  const platform = platformOf(value['platform']);
  const annotations = stringMap(value['annotations']);
  const urls = urlsOf(value, refuse);
  return {
    mediaType: optionalString(value, 'mediaType') ?? '',
    digest,
    sizeBytes: size,
    ...(platform === undefined ? {} : { platform }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(urls.length === 0 ? {} : { urls }),
  };
}
