import {
  endJson,
  type JsonCursor,
  jsonElements,
  jsonMembers,
  jsonString,
  jsonValue,
  jsonWithin,
  openJson,
  passJson,
} from '#base/json/json-cursor.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { isResticId } from '#volume/engines/restic/reader/files.ts';
import { displayPath, unquoteName } from '#volume/engines/restic/reader/quoted-name.ts';

export type NodeType = 'file' | 'dir' | 'symlink' | 'dev' | 'chardev' | 'fifo' | 'socket' | 'irregular';

/** One entry of a directory (restic's design document, "Trees and Data"). */
export interface TreeNode {
  /** One name of a path: no slash, no NUL, not empty, not `.` or `..`. */
  readonly name: Buffer;
  readonly type: NodeType;
  /** Permissions with set-user, set-group and sticky bits, as `chmod` has them. */
  readonly mode: number;
  /** RFC 3339, as restic wrote it. */
  readonly mtime?: string;
  readonly uid: number;
  readonly gid: number;
  readonly user?: string;
  readonly group?: string;
  readonly sizeBytes: number;
  /** The number of names of the file; those with the same device and inode are one. Decimal: they have 64 bits. */
  readonly links: number;
  readonly inode?: string;
  readonly deviceId?: string;
  /** Major and minor of a device in one number, decimal. */
  readonly device?: string;
  readonly linkTarget?: Buffer;
  readonly xattrs: readonly { readonly name: string; readonly value: Buffer }[];
  /** Blobs of a file, in order. */
  readonly content: readonly string[];
  /** The tree of a directory. */
  readonly subtree?: string;
}

/** A directory's entries, and those that are refused: they cannot be believed. */
export interface Tree {
  readonly nodes: readonly TreeNode[];
  readonly refused: readonly Problem[];
}

const TYPES = new Set(['file', 'dir', 'symlink', 'dev', 'chardev', 'fifo', 'socket', 'irregular']);
const MAX_DEPTH = 16;
const TEXT_BYTES = 64 * 1024;
/** Linux lets a file have 64 KiB of extended attributes, some filesystems more. */
const XATTR_BYTES = 16 * 1024 * 1024;
const MOST_REFUSED = 100;
/** Go's bits for set-user, set-group and sticky, and those of `chmod`. */
const MODE_BITS = [
  [1 << 23, 0o4000],
  [1 << 22, 0o2000],
  [1 << 20, 0o1000],
] as const;

/** @throws `RESTIC_TREE_INVALID` when it is no tree; entries that cannot be believed are in `refused` */
export function parseTree(json: Buffer): Tree {
  const nodes: TreeNode[] = [];
  const refused: Problem[] = [];
  const names = new Set<string>();
  const cursor = openJson(json, MAX_DEPTH);
  let found = false;
  try {
    for (const member of jsonMembers(cursor)) {
      if (member !== 'nodes') continue;
      found = true;
      for (const _ of jsonElements(cursor)) {
        const node = once(asNode(readFields(cursor)), names);
        if (!('code' in node)) nodes.push(node);
        else if (refused.length < MOST_REFUSED) refused.push(node);
      }
    }
    endJson(cursor);
  } catch (error) {
    throw new HoldfastError('RESTIC_TREE_INVALID', `The tree cannot be read: ${problemOf(error).message}`);
  }
  if (!found) throw new HoldfastError('RESTIC_TREE_INVALID', 'The tree cannot be read: it has no nodes');
  return { nodes, refused };
}

/** No directory has a name twice: what is written under the second would be written through the first. */
function once(node: TreeNode | Problem, names: Set<string>): TreeNode | Problem {
  if ('code' in node) return node;
  // Latin-1 keeps bytes as they are.
  const name = node.name.toString('latin1');
  if (!names.has(name)) {
    names.add(name);
    return node;
  }
  const shown = displayPath(node.name.subarray(0, 200));
  return { code: 'RESTIC_NAME_REFUSED', message: `An entry named "${shown}" is refused: another has its name` };
}

type Fields = Map<string, unknown>;

function readFields(cursor: JsonCursor): Fields {
  const fields: Fields = new Map();
  for (const member of jsonMembers(cursor)) {
    if (member === 'content') fields.set(member, ids(cursor));
    else if (member === 'extended_attributes') {
      fields.set(member, jsonWithin(cursor, XATTR_BYTES, 10_000)?.value);
    } else if (member === 'inode' || member === 'device_id' || member === 'device') {
      // 64 bits are more than a number holds.
      const start = cursor.position;
      passJson(cursor);
      fields.set(member, cursor.bytes.toString('latin1', start, Math.min(cursor.position, start + 40)));
    } else fields.set(member, jsonWithin(cursor, TEXT_BYTES, 1000)?.value);
  }
  return fields;
}

/** Null for what is no list of names. */
function ids(cursor: JsonCursor): readonly string[] | null {
  if (cursor.bytes[cursor.position] === 0x6e) {
    jsonValue(cursor, 16);
    return [];
  }
  const list: string[] = [];
  let good = true;
  for (const _ of jsonElements(cursor)) {
    const id = jsonString(cursor, 100);
    if (isResticId(id)) list.push(id);
    else good = false;
  }
  return good ? list : null;
}

function asNode(fields: Fields): TreeNode | Problem {
  const text = (name: string) => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const whole = (name: string) => {
    const value = fields.get(name);
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
  };
  const quoted = text('name') ?? '';
  const refuse = (code: string, why: string): Problem => {
    const shown = displayPath(Buffer.from(quoted.slice(0, 200)));
    return { code, message: `An entry named "${shown}" is refused: ${why}` };
  };
  const name = unquoteName(quoted);
  if (name === undefined || !isName(name)) return refuse('RESTIC_NAME_REFUSED', 'it is no name of a file');
  const type = text('type') ?? '';
  if (!isType(type)) return refuse('RESTIC_TREE_INVALID', 'its type is not known');
  const content = fields.get('content') ?? [];
  if (!Array.isArray(content)) return refuse('RESTIC_TREE_INVALID', 'its content is no list of blobs');
  const subtree = text('subtree');
  if (type === 'dir' && !isResticId(subtree)) return refuse('RESTIC_TREE_INVALID', 'it is a directory without a tree');
  const raw = text('linktarget_raw');
  const target = raw === undefined ? text('linktarget') : undefined;
  const linkTarget =
    raw === undefined ? (target === undefined ? undefined : Buffer.from(target)) : Buffer.from(raw, 'base64');
  const digits = (member: string) => {
    const value = text(member);
    return value !== undefined && /^\d{1,20}$/.test(value) ? value : undefined;
  };
  return {
    name,
    type,
    mode: modeOf(whole('mode')),
    uid: whole('uid'),
    gid: whole('gid'),
    sizeBytes: whole('size'),
    links: whole('links'),
    xattrs: xattrsOf(fields.get('extended_attributes')),
    content: type === 'file' ? content : [],
    ...given('mtime', text('mtime')),
    ...given('user', text('user')),
    ...given('group', text('group')),
    ...given('inode', digits('inode')),
    ...given('deviceId', digits('device_id')),
    ...given('device', digits('device')),
    ...given('linkTarget', type === 'symlink' ? linkTarget : undefined),
    ...given('subtree', type === 'dir' ? subtree : undefined),
  };
}

function given<const K extends string, V>(name: K, value: V | undefined): { readonly [key in K]?: V } {
  const pair: { [key in K]?: V } = {};
  if (value !== undefined) pair[name] = value;
  return pair;
}

function isName(name: Buffer): boolean {
  if (name.length === 0 || name.includes(0) || name.includes(0x2f)) return false;
  const text = name.toString('latin1');
  return text !== '.' && text !== '..';
}

function isType(text: string): text is NodeType {
  return TYPES.has(text);
}

function modeOf(mode: number): number {
  return MODE_BITS.reduce((all, [bit, own]) => ((mode & bit) === 0 ? all : all | own), mode & 0o777);
}

function xattrsOf(value: unknown): TreeNode['xattrs'] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null || !('name' in one) || typeof one.name !== 'string') return [];
    const bytes = 'value' in one && typeof one.value === 'string' ? Buffer.from(one.value, 'base64') : Buffer.alloc(0);
    return [{ name: one.name, value: bytes }];
  });
}
