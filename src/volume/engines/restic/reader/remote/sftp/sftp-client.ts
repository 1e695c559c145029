import {
  fileMissing,
  fileTooLarge,
  fileUnreadable,
  readLimitMs,
  type WantedBytes,
} from '#volume/engines/restic/reader/remote/remote-store.ts';
import {
  ANSWER,
  fieldsOf,
  type Packet,
  protocol,
  REQUEST,
  type SftpAttributes,
  STATUS,
  text,
  uint32,
  uint64,
} from '#volume/engines/restic/reader/remote/sftp/packets.ts';
import type { SftpSession } from '#volume/engines/restic/reader/remote/sftp/session.ts';

/** What is asked for at once, until a server gives less. */
const MOST_PIECE_BYTES = 128 * 1024;
/** What every server gives at once. */
const LEAST_PIECE_BYTES = 32 * 1024;
/** Pieces under way in one session. */
const MOST_PIECES = 32;
/** Of one folder. */
const LISTING_LIMIT_MS = 10 * 60 * 1000;
const MOST_ENTRIES = 2_000_000;
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;
const LINK = 0o120000;

/** Reads files and folders at a server. */
export interface SftpClient {
  /** What is in a folder, by name; links are followed. None where there is no such folder. */
  list(folder: string): AsyncGenerator<{ readonly name: string } & SftpAttributes>;
  /** As `RemoteStore.read`. @param shown how the file is called in messages */
  read(path: string, shown: string, wanted: WantedBytes): Promise<Buffer>;
}

/** @throws by each: `RESTIC_FILE_*`, and `SFTP_*` when the session is over */
export function sftpClient(session: SftpSession): SftpClient {
  const places = turnstile(MOST_PIECES);
  let pieceBytes = MOST_PIECE_BYTES;

  const handleOf = async (type: number, path: string, shown: string, ...more: readonly Buffer[]): Promise<Buffer> => {
    const answer = await session.ask(type, text(path), ...more);
    if (answer.type !== ANSWER.handle) throw refusal(answer, shown);
    return text(fieldsOf(answer.body).bytes());
  };
  /** Nobody waits for it. */
  const letGo = (handle: Buffer) => {
    session.ask(REQUEST.close, handle).catch(() => undefined);
  };
  const stat = async (path: string, shown: string): Promise<SftpAttributes> => {
    const answer = await session.ask(REQUEST.stat, text(path));
    if (answer.type !== ANSWER.attrs) throw refusal(answer, shown);
    return fieldsOf(answer.body).attributes();
  };
  /** At most so many bytes; none at the end of the file. */
  const piece = async (handle: Buffer, shown: string, offset: number, length: number): Promise<Buffer> => {
    const leave = await places.enter();
    try {
      const answer = await session.ask(REQUEST.read, handle, uint64(offset), uint32(length));
      if (answer.type !== ANSWER.data) {
        if (isStatus(answer, STATUS.eof)) return Buffer.alloc(0);
        throw refusal(answer, shown);
      }
      const bytes = fieldsOf(answer.body).bytes();
      if (bytes.length === 0 || bytes.length > length)
        throw protocol(`asked for ${length} bytes, it sends ${bytes.length}`);
      return bytes;
    } finally {
      leave();
    }
  };
  /** Fills the memory from several places at once. @returns how many bytes there are before the end of the file */
  const fill = async (handle: Buffer, shown: string, offset: number, bytes: Buffer): Promise<number> => {
    const begun = performance.now();
    let next = 0;
    let end = bytes.length;
    let received = 0;
    let failed: { readonly error: unknown } | undefined;
    const work = async () => {
      while (failed === undefined && next < end) {
        const from = next;
        const to = Math.min(bytes.length, from + pieceBytes);
        next = to;
        for (let at = from; at < Math.min(to, end); ) {
          const got = await piece(handle, shown, offset + at, to - at);
          received += got.copy(bytes, at);
          at += got.length;
          // It cuts off what it does not give at once: from now on so much is asked for.
          if (at < to && got.length > 0) pieceBytes = Math.max(LEAST_PIECE_BYTES, Math.min(pieceBytes, got.length));
          if (got.length === 0) end = Math.min(end, at);
          if (performance.now() - begun > readLimitMs(received))
            throw fileUnreadable(shown, 'the server sends too slowly');
        }
      }
    };
    const workers = Math.min(MOST_PIECES, Math.ceil(bytes.length / LEAST_PIECE_BYTES));
    await Promise.all(
      Array.from({ length: workers }, () =>
        work().catch((error: unknown) => {
          failed ??= { error };
        }),
      ),
    );
    if (failed !== undefined) throw failed.error;
    return end;
  };

  return {
    list: async function* (folder) {
      const answer = await session.ask(REQUEST.opendir, text(folder));
      if (isStatus(answer, STATUS.missing)) return;
      if (answer.type !== ANSWER.handle) throw refusal(answer, folder);
      const handle = text(fieldsOf(answer.body).bytes());
      const begun = performance.now();
      let count = 0;
      try {
        for (;;) {
          if (count > MOST_ENTRIES || performance.now() - begun > LISTING_LIMIT_MS)
            throw fileUnreadable(folder, "the server's list does not end");
          const names = await session.ask(REQUEST.readdir, handle);
          if (isStatus(names, STATUS.eof)) return;
          if (names.type !== ANSWER.name) throw refusal(names, folder);
          for (const entry of entriesOf(names)) {
            count += 1;
            if (entry.mode === undefined || (entry.mode & FILE_TYPE) !== LINK) yield entry;
            else {
              const followed = await stat(`${folder}/${entry.name}`, folder).catch(ifMissing);
              if (followed !== undefined) yield { name: entry.name, ...followed };
            }
          }
        }
      } finally {
        letGo(handle);
      }
    },
    read: async (path, shown, { offsetBytes, lengthBytes, whole }) => {
      const { sizeBytes, mode } = await stat(path, shown);
      // A pipe, for example, is not opened: the server would wait.
      if (mode !== undefined && (mode & FILE_TYPE) !== REGULAR) throw fileUnreadable(shown, 'it is no file');
      if (sizeBytes < 0) throw fileUnreadable(shown, 'the server does not say its size');
      if (whole && sizeBytes > lengthBytes) throw fileTooLarge(shown, lengthBytes);
      const bytes = Buffer.allocUnsafeSlow(Math.min(lengthBytes, Math.max(0, sizeBytes - offsetBytes)));
      const handle = await handleOf(REQUEST.open, path, shown, uint32(1), uint32(0));
      try {
        return bytes.subarray(0, await fill(handle, shown, offsetBytes, bytes));
      } finally {
        letGo(handle);
      }
    },
  };
}

function* entriesOf({ body }: Packet): Generator<{ readonly name: string } & SftpAttributes> {
  const fields = fieldsOf(body);
  const count = fields.uint32();
  if (count === 0) throw protocol('it lists nothing, and does not end');
  for (let index = 0; index < count; index += 1) {
    const name = fields.bytes().toString('latin1');
    fields.bytes();
    yield { name, ...fields.attributes() };
  }
}

function isStatus({ type, body }: Packet, status: number): boolean {
  return type === ANSWER.status && fieldsOf(body).uint32() === status;
}

function refusal(answer: Packet, shown: string): Error {
  if (answer.type !== ANSWER.status) return protocol(`it answers with a packet of type ${answer.type}`);
  const status = fieldsOf(answer.body).uint32();
  if (status === STATUS.missing) return fileMissing(shown);
  return fileUnreadable(
    shown,
    status === STATUS.denied ? 'permission denied' : `the server answered with status ${status}`,
  );
}

function ifMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'RESTIC_FILE_MISSING') return undefined;
  throw error;
}

/** Lets so many in at once; the others wait in their order. */
function turnstile(most: number) {
  let inside = 0;
  const queue: (() => void)[] = [];
  const leave = () => {
    const next = queue.shift();
    if (next === undefined) inside -= 1;
    else next();
  };
  return {
    enter: async () => {
      if (inside < most) inside += 1;
      else await new Promise<void>((resolve) => queue.push(resolve));
      return leave;
    },
  };
}
