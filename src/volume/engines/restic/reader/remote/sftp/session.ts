import { HoldfastError } from '#core/errors.ts';
import {
  ANSWER,
  fieldsOf,
  type Packet,
  packet,
  packetCutter,
  protocol,
  REQUEST,
  uint32,
} from '#volume/engines/restic/reader/remote/sftp/packets.ts';

/** Bytes to and from a server that speaks sftp. */
export interface SftpTransport {
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Never throws: that nobody takes them is told by `incoming`, which ends. */
  write(bytes: Buffer): void;
  /** Ends it, by force if need be. Never rejects. */
  stop(): Promise<unknown>;
}

/** Requests and their answers, of which any number may be under way. */
export interface SftpSession {
  /** @throws `SFTP_LOST` when the connection ends or nothing is answered in time, `SFTP_PROTOCOL` */
  ask(type: number, ...fields: readonly Buffer[]): Promise<Packet>;
  /** Never rejects. What is asked afterwards throws `SFTP_LOST`. */
  close(): Promise<void>;
}

const VERSION = 3;
/** Within this time one of the answers that are waited for must come. */
const ANSWER_LIMIT_MS = 60_000;

interface Waiting {
  readonly resolve: (answer: Packet) => void;
  readonly reject: (error: unknown) => void;
}

/** Begins a session. @throws `SFTP_LOST`, `SFTP_PROTOCOL` */
export async function openSession(transport: SftpTransport, limitMs: number = ANSWER_LIMIT_MS): Promise<SftpSession> {
  const waiting = new Map<number, Waiting>();
  let begun: Waiting | undefined;
  let ended: HoldfastError | undefined;
  let nextId = 0;
  let timer: NodeJS.Timeout | undefined;

  const end = (error: HoldfastError) => {
    if (ended !== undefined) return;
    ended = error;
    clearTimeout(timer);
    begun?.reject(error);
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
    void transport.stop();
  };
  const watch = () => {
    clearTimeout(timer);
    timer = undefined;
    if (ended !== undefined || (waiting.size === 0 && begun === undefined)) return;
    timer = setTimeout(() => end(lost(`it did not answer within ${limitMs / 1000} s`)), limitMs);
  };
  const take = ({ type, body }: Packet) => {
    if (begun !== undefined) {
      if (type !== ANSWER.version || fieldsOf(body).uint32() < VERSION) throw protocol('it has another version');
      begun.resolve({ type, body });
      begun = undefined;
      return;
    }
    const id = fieldsOf(body).uint32();
    const asked = waiting.get(id);
    if (asked === undefined) throw protocol('it answers what was not asked');
    waiting.delete(id);
    asked.resolve({ type, body: body.subarray(4) });
  };
  const receive = async () => {
    const cut = packetCutter();
    try {
      for await (const chunk of transport.incoming) {
        for (const one of cut(chunk)) {
          take(one);
          watch();
        }
        if (ended !== undefined) return;
      }
      end(lost('the connection ended'));
    } catch (error) {
      end(error instanceof HoldfastError ? error : lost('the connection broke'));
    }
  };

  const started = new Promise<Packet>((resolve, reject) => {
    begun = { resolve, reject };
  });
  void receive();
  transport.write(packet(REQUEST.init, uint32(VERSION)));
  watch();
  await started;
  return {
    ask: (type, ...fields) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) {
          reject(ended);
          return;
        }
        nextId = (nextId + 1) % 0xffffffff;
        waiting.set(nextId, { resolve, reject });
        if (timer === undefined) watch();
        transport.write(packet(type, uint32(nextId), ...fields));
      }),
    close: async () => {
      end(lost('it was closed'));
      await transport.stop();
    },
  };
}

function lost(why: string): HoldfastError {
  return new HoldfastError('SFTP_LOST', `The session is over: ${why}`);
}
