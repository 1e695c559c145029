/** Offsets of the made file: its one segment begins where the build information does. */
const HEADER_BYTES = 64 + 56;
const ADDRESS = 0x400000;
const INFORMATION = 0x1000;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/**
 * A 64-bit ELF file without sections whose one writable segment holds Go's build information in the form of Go 1.18 and
 * later (Go's `debug/buildinfo`): what a stripped Go program looks like to a scanner. `modules` as `go version -m`
 * prints them, without the leading tab.
 */
export function goProgram(goVersion: string, modules: string): Buffer {
  const framed = Buffer.concat([Buffer.alloc(16, 1), Buffer.from(modules), Buffer.alloc(16, 2)]);
  const version = Buffer.from(goVersion);
  const magic = Buffer.alloc(32);
  magic.write('\xff Go buildinf:', 'latin1');
  magic[14] = 8;
  magic[15] = 2;
  const body = Buffer.concat([magic, varint(version.length), version, varint(framed.length), framed, Buffer.alloc(64)]);
  const head = Buffer.alloc(INFORMATION);
  head.write('\x7fELF', 'latin1');
  head.set([2, 1, 1], 4);
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(62, 18);
  head.writeUInt32LE(1, 20);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(64, 52);
  head.writeUInt16LE(HEADER_BYTES - 64, 54);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(1, 64);
  head.writeUInt32LE(6, 68);
  head.writeBigUInt64LE(BigInt(INFORMATION), 72);
  head.writeBigUInt64LE(BigInt(ADDRESS + INFORMATION), 80);
  head.writeBigUInt64LE(BigInt(body.length), 96);
  head.writeBigUInt64LE(BigInt(body.length), 104);
  return Buffer.concat([head, body]);
}
