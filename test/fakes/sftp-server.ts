import { PassThrough } from 'node:stream';
import type { StartedTransport } from '#volume/engines/restic/reader/remote/sftp/sftp-store.ts';

/** What lies at a path of the fake server. */
export type SftpNode =
  | { readonly type: 'file'; readonly content: Buffer }
  | { readonly type: 'link'; readonly to: string }
  | { readonly type: 'pipe' };

/** One session with a server that speaks sftp from memory. */
export interface FakeSftp extends StartedTransport {
  /** Types of the requests that came. */
  readonly asked: readonly number[];
  isStopped(): boolean;
}

export interface FakeSftpOptions {
  /** By whole paths; folders are where files are below. */
  readonly nodes: ReadonlyMap<string, SftpNode>;
  /** Answers a request in the server's place, with whole packets or anything else; undefined leaves it to the server. */
  readonly instead?: (type: number, id: number, body: Buffer) => Buffer | 'silence' | 'end' | undefined;
  /** Bytes that it gives at once. */
  readonly mostBytes?: number;
  readonly said?: readonly string[];
}

const MODES = { file: 0o100600, link: 0o120777, pipe: 0o010600, folder: 0o040700 };

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function packed(type: number, ...fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from([type]), ...fields]);
  return Buffer.concat([uint32(body.length), body]);
}

const text = (value: string | Buffer) => Buffer.concat([uint32(Buffer.byteLength(value)), Buffer.from(value)]);
const status = (id: number, code: number) => packed(101, uint32(id), uint32(code), text('words'), text(''));

/** Written from the protocol’s draft (version 3), apart from the client. */
export function fakeSftp({ nodes, instead, mostBytes = 1 << 20, said = [] }: FakeSftpOptions): FakeSftp {
  const incoming = new PassThrough();
  const asked: number[] = [];
  const handles = new Map<string, { path: string; at: number }>();
  let stopped = false;
  let left: Buffer = Buffer.alloc(0);

  const attributes = (node: SftpNode | 'folder') => {
    const size = Buffer.alloc(8);
    if (node !== 'folder' && node.type === 'file') size.writeBigUInt64BE(BigInt(node.content.length));
    const mode = node === 'folder' ? MODES.folder : MODES[node.type];
    // Size, owners, permissions, times, and an extension that nobody knows.
    const extended = [uint32(1), text('x@example'), text('y')];
    return Buffer.concat([uint32(0x8000000f), size, Buffer.alloc(8), uint32(mode), Buffer.alloc(8), ...extended]);
  };
  const isFolder = (path: string) => [...nodes.keys()].some((one) => one.startsWith(`${path}/`));
  const found = (path: string): SftpNode | 'folder' | undefined => {
    const node = nodes.get(path);
    if (node?.type === 'link') return found(node.to);
    return node ?? (isFolder(path) ? 'folder' : undefined);
  };
  const inFolder = (path: string) => {
    const names = [...nodes.keys()]
      .filter((one) => one.startsWith(`${path}/`))
      .map((one) => one.slice(path.length + 1));
    return [...new Set(names.map((name) => name.split('/', 1)[0] ?? ''))];
  };
  const opened = (id: number, path: string) => {
    const handle = `h${handles.size}`;
    handles.set(handle, { path, at: 0 });
    return packed(102, uint32(id), text(handle));
  };
  const named = (body: Buffer) => body.toString('latin1', 4, 4 + body.readUInt32BE(0));

  const answer = (type: number, id: number, body: Buffer): Buffer => {
    const name = named(body);
    const handle = handles.get(name);
    const node = found(handle?.path ?? name);
    if (type === 4) return status(id, handles.delete(name) ? 0 : 4);
    if (node === undefined) return status(id, 2);
    if (type === 17) return packed(105, uint32(id), attributes(node));
    if (type === 11) return node === 'folder' ? opened(id, name) : status(id, 4);
    if (type === 3) return node !== 'folder' && node.type === 'file' ? opened(id, name) : status(id, 3);
    if (handle === undefined) return status(id, 4);
    if (type === 12) {
      const names = inFolder(handle.path).slice(handle.at, handle.at + 2);
      handle.at += names.length;
      if (names.length === 0) return status(id, 1);
      const rows = names.map((one) => {
        const row = nodes.get(`${handle.path}/${one}`) ?? 'folder';
        return Buffer.concat([text(one), text(`-rw------- ${one}`), attributes(row)]);
      });
      return packed(104, uint32(id), uint32(names.length), ...rows);
    }
    if (type !== 5 || node === 'folder' || node.type !== 'file') return status(id, 8);
    const offset = Number(body.readBigUInt64BE(4 + name.length));
    const part = node.content.subarray(offset, offset + Math.min(mostBytes, body.readUInt32BE(12 + name.length)));
    return part.length === 0 ? status(id, 1) : packed(103, uint32(id), text(part));
  };
  const take = (type: number, body: Buffer) => {
    asked.push(type);
    const id = type === 1 ? 0 : body.readUInt32BE(0);
    const rest = type === 1 ? body : body.subarray(4);
    const given =
      instead?.(type, id, rest) ??
      (type === 1 ? packed(2, uint32(3), text('x@example'), text('1')) : answer(type, id, rest));
    if (given === 'end') incoming.end();
    else if (given !== 'silence') incoming.write(given);
  };
  return {
    incoming,
    asked,
    isStopped: () => stopped,
    said: () => said,
    write: (bytes) => {
      left = Buffer.concat([left, bytes]);
      while (left.length >= 4 && left.length >= 4 + left.readUInt32BE(0)) {
        const end = 4 + left.readUInt32BE(0);
        const [type, body] = [left[4] ?? 0, left.subarray(5, end)];
        left = left.subarray(end);
        // As over a line: never before the request has returned.
        queueMicrotask(() => take(type, body));
      }
    },
    stop: async () => {
      stopped = true;
      incoming.end();
    },
  };
}
