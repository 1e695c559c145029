import type { Executable } from '#inventory/package.ts';
import { cutPath, printable } from '#report/columns.ts';
import type { Paint } from '#report/paint.ts';

const LEAST_PATH_WIDTH = 30;

/** Executables, one a line. There may be a million, so that they are made one by one. */
export function* fileLines(executables: readonly Executable[], width: number, paint: Paint): Generator<string> {
  const sizeWidth = executables.reduce(
    (most, { sizeBytes }) => Math.max(most, String(sizeBytes).length),
    'SIZE'.length,
  );
  const pathWidth = Math.max(LEAST_PATH_WIDTH, width - sizeWidth - 'MODE'.length - 4);
  yield paint('bold', `MODE  ${'SIZE'.padEnd(sizeWidth)}  EXECUTABLE`);
  for (const { path, sizeBytes, mode } of executables) {
    const size = String(sizeBytes).padEnd(sizeWidth);
    yield `${mode.toString(8).padStart(4, '0')}  ${size}  ${cutPath(printable(path), pathWidth)}`;
  }
}
