/** What a test puts into a tar. Plain fields only: odd archives are made by editing the bytes. */
export interface TarFile {
  readonly name: string;
  readonly body?: Buffer | string;
  /** Type flag; `0` a file, `1` hard link, `2` symbolic link, `5` directory, `x` pax header, `L` long name. */
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
  /** Instead of the body's length. */
  readonly sizeBytes?: number;
}

/** A tar of these entries, ended by two blocks of zeros. */
export function tarOf(files: readonly TarFile[]): Buffer {
  return Buffer.concat([...files.map(tarEntry), Buffer.alloc(1024)]);
}

/** One header and its padded body. */
export function tarEntry({ name, body = '', type = '0', link = '', mode = 0o644, sizeBytes }: TarFile): Buffer {
  const bytes = Buffer.from(body);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${(sizeBytes ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write('ustar\x0000', 257);
  return Buffer.concat([sealHeader(header), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** Writes a header's checksum anew. */
export function sealHeader(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** A pax header with these records, for the entry after it. */
export function paxOf(records: Readonly<Record<string, string>>): TarFile {
  const body = Object.entries(records).map(([key, value]) => paxRecord(key, value));
  return { name: 'PaxHeader', type: 'x', body: Buffer.concat(body) };
}

function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
