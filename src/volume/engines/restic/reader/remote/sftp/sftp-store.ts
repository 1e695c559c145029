import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '#core/errors.ts';
import { failureInWords } from '#volume/engines/restic/failure.ts';
import { isOutOfReach, isResticId, type ResticFile, type ResticFileKind } from '#volume/engines/restic/reader/files.ts';
import { readAhead } from '#volume/engines/restic/reader/read-ahead.ts';
import { FOLDERS, type RemoteStore, shownFile } from '#volume/engines/restic/reader/remote/remote-store.ts';
import {
  openSession,
  type SftpSession,
  type SftpTransport,
} from '#volume/engines/restic/reader/remote/sftp/session.ts';
import { type SftpClient, sftpClient } from '#volume/engines/restic/reader/remote/sftp/sftp-client.ts';

/** A transport, and what the program that carries it said on its standard error. */
export interface StartedTransport extends SftpTransport {
  said(): readonly string[];
}

/** How often a session that breaks is begun anew for one question. */
const MOST_TRIES = 3;
const PAUSE_MS = 500;
const FOLDERS_AT_ONCE = 8;
const PREFIX = /^[0-9a-f]{2}$/;
const MOST_FOLDERS = 256;

interface Opened {
  readonly transport: StartedTransport;
  readonly session: SftpSession;
  readonly client: SftpClient;
}

/**
 * A repository in a directory behind sftp, in restic's default layout. The program that carries the session is started when
 * it is first needed, begun anew when it breaks, and ended by closing.
 * @param directory where the repository lies at the server
 */
export function sftpStore(
  start: () => Promise<StartedTransport>,
  directory: string,
  location: string,
  limitMs?: number,
): RemoteStore {
  let opening: Promise<Opened> | undefined;
  let closed = false;
  const opened = async (): Promise<Opened> => {
    if (closed) throw unreachable(location, 'it was closed');
    opening ??= open(start, location, limitMs);
    return opening;
  };
  const forget = async (broken: Promise<Opened> | undefined) => {
    if (opening !== broken) return;
    opening = undefined;
    await (await broken?.catch(() => undefined))?.session.close();
  };
  /** Sessions that break are begun anew: nothing is changed by asking twice. */
  const asking = async <T>(question: (client: SftpClient) => Promise<T>): Promise<T> => {
    for (let tried = 1; ; tried += 1) {
      const one = await opened();
      const mine = opening;
      try {
        return await question(one.client);
      } catch (error) {
        if (!isOver(error)) throw error;
        await forget(mine);
        if (closed || tried === MOST_TRIES || error.code === 'SFTP_PROTOCOL') {
          await one.transport.stop();
          throw outOfReach(location, one.transport, error.message);
        }
        await sleep(PAUSE_MS * tried);
      }
    }
  };
  const filesIn = (folder: string): Promise<readonly ResticFile[]> =>
    asking(async (client) => {
      const files: ResticFile[] = [];
      for await (const { name, sizeBytes } of client.list(`${directory}/${folder}`)) {
        if (isResticId(name)) files.push({ name, sizeBytes });
      }
      return files;
    });
  return {
    list: async function* (kind) {
      if (kind !== 'pack') {
        yield* await filesIn(FOLDERS[kind]);
        return;
      }
      const folders = await asking(async (client) => {
        const names = new Set<string>();
        for await (const { name } of client.list(`${directory}/data`)) if (PREFIX.test(name)) names.add(name);
        return [...names].slice(0, MOST_FOLDERS);
      });
      const inside = (folder: string) => filesIn(`data/${folder}`);
      for await (const { item, outcome } of readAhead(folders, FOLDERS_AT_ONCE, inside)) {
        if (outcome.kind === 'failed') throw outcome.error;
        for (const file of outcome.value) if (file.name.startsWith(item)) yield file;
      }
    },
    read: (kind, name, wanted) =>
      asking((client) => client.read(`${directory}/${pathOf(kind, name)}`, shownFile(kind, name), wanted)),
    close: async () => {
      closed = true;
      await forget(opening);
    },
  };
}

async function open(start: () => Promise<StartedTransport>, location: string, limitMs?: number): Promise<Opened> {
  let transport: StartedTransport;
  try {
    transport = await start();
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'PROCESS_NOT_STARTED')
      throw unreachable(location, error.message);
    throw error;
  }
  try {
    const session = await openSession(transport, limitMs);
    return { transport, session, client: sftpClient(session) };
  } catch (error) {
    // When it has ended, it has said all that it says.
    await transport.stop();
    if (!isOver(error)) throw error;
    throw outOfReach(location, transport, lastOf(transport) ?? error.message);
  }
}

function outOfReach(location: string, { said }: StartedTransport, why: string): HoldfastError {
  const known = failureInWords(location, said(), 'ssh');
  return isOutOfReach(known) ? known : unreachable(location, why);
}

function lastOf(transport: StartedTransport): string | undefined {
  return transport
    .said()
    .findLast((line) => line.trim() !== '')
    ?.slice(0, 300);
}

function pathOf(kind: ResticFileKind, name: string): string {
  if (kind === 'config') return 'config';
  return kind === 'pack' ? `data/${name.slice(0, 2)}/${name}` : `${FOLDERS[kind]}/${name}`;
}

function isOver(error: unknown): error is HoldfastError {
  return error instanceof HoldfastError && (error.code === 'SFTP_LOST' || error.code === 'SFTP_PROTOCOL');
}

function unreachable(location: string, why: string): HoldfastError {
  return new HoldfastError('RESTIC_UNREACHABLE', `${location} cannot be reached: ${why}`, {
    hint: 'Does ssh get there without asking for anything? Try it with sftp and the same options.',
  });
}
