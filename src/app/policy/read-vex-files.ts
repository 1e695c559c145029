import { basename } from 'node:path';
import { readOperatorFile } from '#app/policy/read-operator-file.ts';
import { readVex } from '#policy/vex/read-vex.ts';
import type { VexStatement } from '#policy/vex/statement.ts';

const MOST_BYTES = 128 * 1024 * 1024;

/** Statements of VEX documents. @throws `VEX_INVALID`, `FILE_UNREADABLE`, both of kind `usage` */
export function readVexFiles(paths: readonly string[]): readonly VexStatement[] {
  return paths.flatMap((path) => readVex(readOperatorFile(path, MOST_BYTES), basename(path)));
}
