import { basicAuthorization } from '#base/http/basic-authorization.ts';
import type { HttpClient } from '#base/http/client.ts';
import { jsonElements, jsonKind, jsonMembers, jsonString, jsonValue, openJson } from '#base/json/json-cursor.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';
import type { RepositoryAccess } from '#volume/engines/engine.ts';
import { isResticId, type ResticFile, type ResticFileKind } from '#volume/engines/restic/reader/files.ts';
import { readAhead } from '#volume/engines/restic/reader/read-ahead.ts';
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

/** The second version of a list has sizes (restic's document "REST Backend"). */
const LIST_TYPE = 'application/vnd.x.restic.rest.v2';
/** Some two and a half million files. */
const MOST_LIST_BYTES = 256 * 1024 * 1024;
const SIZES_AT_ONCE = 8;

/** A repository behind restic's REST protocol. Closing closes the client. */
export function restStore(
  client: HttpClient,
  { location, credentials }: Pick<RepositoryAccess, 'location' | 'credentials'>,
): RemoteStore {
  const silence = silenceOf();
  const root = location.slice('rest:'.length).replace(/\/*$/, '/');
  const login: Readonly<Record<string, string>> =
    credentials.kind === 'rest' ? { authorization: basicAuthorization(credentials.user, credentials.password) } : {};
  const getOf = (part: string, path: string, headers: Readonly<Record<string, string>> = {}): HttpGet => ({
    ...{ client, location, path, silence },
    url: `${root}${part}`,
    headers: { ...login, ...headers },
  });
  const fileOf = (kind: ResticFileKind, name: string) =>
    getOf(kind === 'config' ? 'config' : `${FOLDERS[kind]}/${name}`, shownFile(kind, name));
  const sizeOf = async (kind: Exclude<ResticFileKind, 'config'>, name: string) => {
    const get = fileOf(kind, name);
    const { headers } = await answerOf(get, 'HEAD');
    const length = headers.get('content-length') ?? '';
    if (/^\d{1,15}$/.test(length)) return Number(length);
    throw fileUnreadable(get.path, 'the server does not say its size');
  };
  return {
    list: async function* (kind) {
      const get = getOf(`${FOLDERS[kind]}/`, FOLDERS[kind], { accept: LIST_TYPE });
      let bytes: Buffer;
      try {
        bytes = await readListing(get, await answerOf(get), MOST_LIST_BYTES);
      } catch (error) {
        if (error instanceof HoldfastError && error.code === 'RESTIC_FILE_MISSING') return;
        throw error;
      }
      // What a list without sizes looks like is told by its elements, whatever the header says.
      for await (const { outcome } of readAhead(
        filesIn(bytes, get.path),
        SIZES_AT_ONCE,
        async ({ name, sizeBytes }) => ({
          name,
          sizeBytes: sizeBytes ?? (await sizeOf(kind, name)),
        }),
      )) {
        if (outcome.kind === 'done') yield outcome.value;
        // Removed since the list was made.
        else if (!(outcome.error instanceof HoldfastError && outcome.error.code === 'RESTIC_FILE_MISSING'))
          throw outcome.error;
      }
    },
    read: (kind, name, wanted) => readOverHttp(fileOf(kind, name), wanted),
    close: () => client.close(),
  };
}

const MOST_NAME_BYTES = 256;

/** @throws `RESTIC_FILE_UNREADABLE` for what is no list */
function* filesIn(bytes: Buffer, path: string): Generator<Omit<ResticFile, 'sizeBytes'> & { sizeBytes?: number }> {
  try {
    const cursor = openJson(bytes, 4);
    // An empty folder is null where the server is written in Go.
    if (jsonKind(cursor) !== 'array') {
      if (jsonValue(cursor, MOST_NAME_BYTES) === null) return;
      throw new HoldfastError('JSON_INVALID', 'it is no list');
    }
    for (const _ of jsonElements(cursor)) {
      if (jsonKind(cursor) === 'string') {
        const name = jsonString(cursor, MOST_NAME_BYTES);
        if (isResticId(name)) yield { name };
        continue;
      }
      let name: string | undefined;
      let sizeBytes: unknown;
      for (const member of jsonMembers(cursor)) {
        if (member === 'name') name = jsonString(cursor, MOST_NAME_BYTES);
        else if (member === 'size') sizeBytes = jsonValue(cursor, MOST_NAME_BYTES);
      }
      if (isResticId(name)) yield { name, sizeBytes: typeof sizeBytes === 'number' ? sizeBytes : -1 };
    }
  } catch (error) {
    throw fileUnreadable(path, `the server's list is none: ${problemOf(error).message}`, error);
  }
}
