import { statfsSync } from 'node:fs';
import type { NetworkFilesystem } from '#volume/discover/discovery.ts';
import { type MountLine, mountOf } from '#volume/discover/host/mount-table.ts';

/** f_type of filesystems that are another machine's (statfs(2), linux/magic.h). */
const TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'cifs'],
  [0x517b, 'cifs'],
  [0x01021997, '9p'],
  [0x00c36400, 'ceph'],
  [0x0bd00bd0, 'lustre'],
  [0x5346414f, 'afs'],
  [0x7461636f, 'ocfs2'],
  [0x01161970, 'gfs2'],
]);
/** The same by name, with those that FUSE hides behind one number. */
const NAMES =
  /^(?:nfs4?|cifs|smb3|9p|ceph|lustre|afs|ocfs2|gfs2|fuse\.(?:sshfs|glusterfs|ceph-fuse|s3fs|goofys|rclone|juicefs|mount-s3|gcsfuse|moosefs))$/;

/** The kind of filesystem and the host of one that is mounted from elsewhere; undefined for local ones. */
export function networkOf(path: string, table: readonly MountLine[]): NetworkFilesystem | undefined {
  const on = mountOf(table, path);
  if (on !== undefined && NAMES.test(on.type)) return filesystem(on.type.replace(/^fuse\./, ''), on.source);
  try {
    const kind = TYPES.get(statfsSync(path).type);
    return kind === undefined ? undefined : { kind };
  } catch {
    return undefined;
  }
}

/** The same for a volume whose options say what its driver mounts. Options may hold passwords: none is kept. */
export function networkOfOptions(
  driver: string,
  options: Readonly<Record<string, string>>,
): NetworkFilesystem | undefined {
  const type = options['type'] ?? '';
  if (NAMES.test(type)) {
    const address = /(?:^|,)addr=([^,]*)/.exec(options['o'] ?? '')?.[1];
    const kind = type.replace(/^fuse\./, '').replace(/^nfs4$/, 'nfs');
    return address === undefined ? filesystem(kind, options['device'] ?? '') : withHost(kind, address);
  }
  if (/(?:^|\/)(?:.*[-_])?(?:nfs|netshare|cifs|sshfs|rclone|glusterfs|ceph|rbd|s3fs)(?:[-_].*)?(?::|$)/.test(driver)) {
    return { kind: driver.slice(0, 100) };
  }
  return undefined;
}

/** `server:/export`, `//server/share`, `user@server:/directory`. */
function filesystem(kind: string, source: string): NetworkFilesystem {
  const match = /^(?:\/\/([^/]+)\/|(?:[^@/]*@)?([^:/@]+|\[[0-9a-fA-F:]+\]):)/.exec(source);
  return withHost(kind === 'nfs4' ? 'nfs' : kind, match?.[1] ?? match?.[2] ?? '');
}

function withHost(kind: string, host: string): NetworkFilesystem {
  return /^(?:[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[?[0-9a-fA-F:]{2,45}\]?)$/.test(host) ? { kind, host } : { kind };
}
