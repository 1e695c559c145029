import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type TarFile, tarEntry } from './tar.ts';

/** A file of a recorded tar, with the whole name where extension headers before it carry that. */
export interface RecordedFile extends TarFile {
  readonly wholeName?: string | Buffer;
}

const EXTENSIONS = new Set(['x', 'g', 'L', 'K']);

/** The lines by which an engine records a tar: headers and padding in base64, files by name, size and checksum. */
export function recordLines(files: readonly RecordedFile[]): readonly string[] {
  const lines: string[] = [];
  const add = (line: object) => lines.push(JSON.stringify({ ...line, position: lines.length }));
  let padding: Buffer = Buffer.alloc(0);
  for (const file of files) {
    const entry = tarEntry(file);
    const body = Buffer.from(file.body ?? '');
    if (EXTENSIONS.has(file.type ?? '0')) {
      padding = Buffer.concat([padding, entry]);
      continue;
    }
    add({ type: 2, payload: Buffer.concat([padding, entry.subarray(0, 512)]).toString('base64') });
    const name = file.wholeName ?? file.name;
    const named = typeof name === 'string' ? { name } : { name_raw: name.toString('base64') };
    add({
      type: 1,
      ...named,
      ...(body.length === 0 ? { payload: null } : { size: body.length, payload: 'AAAAAAAAAAA=' }),
    });
    padding = entry.subarray(512 + body.length);
  }
  add({ type: 2, payload: Buffer.concat([padding, Buffer.alloc(1024)]).toString('base64') });
  return lines;
}

/** Puts the files' contents into a directory, as the engine unpacks them, and gives the path of their record beside it. */
export function unpackRecorded(directory: string, files: readonly RecordedFile[]): string {
  for (const file of files) {
    if ((file.type ?? '0') !== '0' || file.body === undefined) continue;
    const name = file.wholeName ?? file.name;
    const at = typeof name === 'string' ? join(directory, name) : Buffer.concat([Buffer.from(`${directory}/`), name]);
    if (typeof at === 'string') mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, file.body);
  }
  const record = `${directory}.tar-split.gz`;
  writeFileSync(record, gzipSync(`${recordLines(files).join('\n')}\n`));
  return record;
}
