import { gzipSync } from 'node:zlib';
import { type TarFile, tarEntry, tarOf } from './tar.ts';

const ZEROS = Buffer.alloc(64 * 1024 * 1024);
/** The most that a ustar header can say in octal. */
const HUGE_BYTES = 8 * 1024 ** 3 - 1;

/** A tar's header that promises almost 8 GiB of `name`. */
function promise(name: string): Buffer {
  return tarEntry({ name, sizeBytes: HUGE_BYTES });
}

/** A gzip'd tar of one file of `gibibytes` GiB of zeros: a thousandth of that (RFC 1952, 2.2: members follow each other). */
export function gzipBomb(gibibytes: number, name = 'zeros'): Buffer {
  const member = gzipSync(ZEROS, { level: 9 });
  return Buffer.concat([gzipSync(promise(name)), ...Array<Buffer>(gibibytes * 16).fill(member)]);
}

const ZSTD_BLOCK_BYTES = 128 * 1024;

/** The same in zstd, where a block of 128 KiB of one byte has 4 bytes (RFC 8878, 3.1.1.2). */
export function zstdBomb(gibibytes: number, name = 'zeros'): Buffer {
  const head = promise(name);
  const raw = Buffer.alloc(3);
  raw.writeUIntLE(head.length << 3, 0, 3);
  const run = Buffer.alloc(4);
  run.writeUIntLE((1 << 1) | (ZSTD_BLOCK_BYTES << 3), 0, 3);
  const last = Buffer.from(run);
  last[0] = (last[0] ?? 0) | 1;
  // Magic number, no size and no checksum, a window of 1 MiB.
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50]);
  const runs = Array<Buffer>((gibibytes * 1024 ** 3) / ZSTD_BLOCK_BYTES).fill(run);
  return Buffer.concat([frame, raw, head, ...runs, last]);
}

/** A gzip'd tar of `count` empty files, each with a name of its own. */
export function manyEntries(count: number): Buffer {
  const header = tarEntry({ name: `directory-with-a-name/file-${'0'.repeat(8)}`, mode: 0o755 });
  const at = header.indexOf('00000000');
  const sum = Number.parseInt(header.toString('latin1', 148, 154), 8);
  const parts: Buffer[] = [];
  for (let start = 0; start < count; start += 20_000) {
    const headers = Buffer.alloc(Math.min(20_000, count - start) * 512);
    for (let index = 0; index * 512 < headers.length; index += 1) {
      const digits = String(start + index).padStart(8, '0');
      const added = [...digits].reduce((total, digit) => total + Number(digit), 0);
      header.copy(headers, index * 512);
      headers.write(digits, index * 512 + at);
      headers.write((sum + added).toString(8).padStart(6, '0'), index * 512 + 148);
    }
    parts.push(gzipSync(headers, { level: 1 }));
  }
  return Buffer.concat([...parts, gzipSync(Buffer.alloc(1024))]);
}

/** Entries that would leave the tree, name devices, or are longer than any name. */
export const ODD_ENTRIES: readonly TarFile[] = [
  { name: '../../outside', body: 'x' },
  { name: 'a/../../../etc/shadow', body: 'x' },
  { name: '/absolute/path', body: 'x' },
  { name: './././dots', body: 'x' },
  { name: 'dev/disk', type: '4' },
  { name: 'dev/line', type: '3' },
  { name: 'run/fifo', type: '6' },
  { name: 'unknown/type', type: 'Z', body: 'x' },
  { name: 'link-out', type: '2', link: '../../../../etc/passwd' },
  { name: 'link-absolute', type: '2', link: '/etc/passwd' },
  { name: 'hard-link-out', type: '1', link: '../../etc/passwd' },
  { name: 'hard-link-nowhere', type: '1', link: 'not/there' },
  { name: 'hard-link-a', type: '1', link: 'hard-link-b' },
  { name: 'hard-link-b', type: '1', link: 'hard-link-a' },
  { name: '.wh...', body: '' },
  { name: '.wh.', body: '' },
  { name: 'sub/.wh./../x', body: '' },
];

/** A tar whose names have 64 KiB each, by GNU's long names. */
export function longNames(count: number): Buffer {
  const entries: TarFile[] = [];
  for (let index = 0; index < count; index += 1) {
    entries.push({
      name: '././@LongLink',
      type: 'L',
      body: `${'n'.repeat(65_530)}${String(index).padStart(5, '0')}\0`,
    });
    entries.push({ name: 'short', body: '' });
  }
  return tarOf(entries);
}
