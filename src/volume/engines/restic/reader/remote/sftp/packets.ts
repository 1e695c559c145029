import { HoldfastError } from '#core/errors.ts';

// Version 3 of the protocol (draft-ietf-secsh-filexfer-02), of which nothing but reading is spoken here.

export const REQUEST = { init: 1, open: 3, close: 4, read: 5, stat: 17, opendir: 11, readdir: 12 } as const;
export const ANSWER = { version: 2, status: 101, handle: 102, data: 103, name: 104, attrs: 105 } as const;
export const STATUS = { ok: 0, eof: 1, missing: 2, denied: 3 } as const;

/** What OpenSSH's server sends at most. */
const MOST_PACKET_BYTES = 256 * 1024;
const LEAST_PACKET_BYTES = 5;

export interface Packet {
  readonly type: number;
  /** What follows the type. */
  readonly body: Buffer;
}

/** Cuts what comes into packets. @throws `SFTP_PROTOCOL` for what is none */
export function packetCutter(): (chunk: Uint8Array) => readonly Packet[] {
  let left: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes =
      left.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([left, chunk]);
    const packets: Packet[] = [];
    let at = 0;
    while (bytes.length - at >= 4) {
      const size = bytes.readUInt32BE(at);
      if (size < 1 || size > MOST_PACKET_BYTES) throw protocol(`it sends a packet of ${size} bytes`);
      if (bytes.length - at < 4 + size) break;
      packets.push({ type: bytes[at + 4] ?? 0, body: bytes.subarray(at + LEAST_PACKET_BYTES, at + 4 + size) });
      at += 4 + size;
    }
    left = bytes.subarray(at);
    return packets;
  };
}

/** A packet as it is sent. */
export function packet(type: number, ...fields: readonly Buffer[]): Buffer {
  const size = fields.reduce((sum, field) => sum + field.length, 1);
  return Buffer.concat([uint32(size), Buffer.from([type]), ...fields]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

export function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** Reads the fields of a packet one after the other. @throws `SFTP_PROTOCOL` when it ends early */
export interface Fields {
  uint32(): number;
  bytes(): Buffer;
  attributes(): SftpAttributes;
}

export interface SftpAttributes {
  /** -1 when the server does not say it. */
  readonly sizeBytes: number;
  /** Type and permissions as in `st_mode`; undefined when the server does not say them. */
  readonly mode: number | undefined;
}

export function fieldsOf(body: Buffer): Fields {
  let at = 0;
  const take = (count: number): Buffer => {
    if (count > body.length - at) throw protocol('a packet ends early');
    at += count;
    return body.subarray(at - count, at);
  };
  const number = () => take(4).readUInt32BE();
  const bytes = () => take(number());
  return {
    uint32: number,
    bytes,
    attributes: () => {
      const flags = number();
      const size = (flags & 1) === 0 ? undefined : take(8).readBigUInt64BE();
      if ((flags & 2) !== 0) take(8);
      const mode = (flags & 4) === 0 ? undefined : number();
      if ((flags & 8) !== 0) take(8);
      if ((flags & 0x80000000) !== 0) {
        // Each takes bytes of the packet, which has an end.
        for (let count = number(); count > 0; count -= 1) {
          bytes();
          bytes();
        }
      }
      const isSafe = size !== undefined && size <= BigInt(Number.MAX_SAFE_INTEGER);
      return { sizeBytes: isSafe ? Number(size) : -1, mode };
    },
  };
}

export function protocol(why: string): HoldfastError {
  return new HoldfastError('SFTP_PROTOCOL', `The server does not speak sftp as it should: ${why}`);
}
