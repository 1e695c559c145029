import type { CatalogContext, ExecutableCataloger } from '#inventory/cataloger.ts';
import type { Item } from '#inventory/package.ts';
import { findBuildInfo } from './find-build-info.ts';
import { probeStream } from './go-stream.ts';
import { packagesOf } from './modules.ts';
import type { Scanned } from './scan.ts';

const PROBLEMS = {
  unreadable: ['GO_BUILDINFO_INVALID', 'says that Go built it, but its build information cannot be read'],
  'too-large': ['GO_BUILDINFO_LIMIT', 'has build information of more than 16 MiB'],
  'out-of-reach': [
    'GO_BUILDINFO_OUT_OF_REACH',
    'was built by Go before 1.18, and its build information cannot be followed while it streams by',
  ],
} as const;

function* items(path: string, scanned: Scanned, context: CatalogContext): Generator<Item> {
  if (scanned.kind === 'none') return;
  if (scanned.kind !== 'info') {
    const [code, what] = PROBLEMS[scanned.kind];
    context.problem({ code, message: `${path} ${what}`, path });
    return;
  }
  const { packages, cut } = packagesOf(scanned.info);
  if (cut) context.problem({ code: 'GO_BUILDINFO_LIMIT', message: `${path} lists more modules than are read`, path });
  for (const one of packages) yield { kind: 'package', package: one };
}

/** Modules that Go programs were built from, as `go version -m` prints them. */
export const goBinary: ExecutableCataloger = {
  id: 'go-binary',
  version: 2,
  title: 'Go modules in programs',
  probe: (path, _sizeBytes, readAt, context) => items(path, findBuildInfo(readAt), context),
  stream: (path, sizeBytes, context) => probeStream(sizeBytes, (scanned) => items(path, scanned, context)),
};
