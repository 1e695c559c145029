import type { Cataloger, ExecutableCataloger } from '#inventory/cataloger.ts';
import { apk } from '#inventory/catalogers/apk/index.ts';
import { debianCopyright } from '#inventory/catalogers/debian-copyright/index.ts';
import { dpkg } from '#inventory/catalogers/dpkg/index.ts';
import { goBinary } from '#inventory/catalogers/go-binary/index.ts';
import { npmInstalled } from '#inventory/catalogers/npm-installed/index.ts';
import { npmLock } from '#inventory/catalogers/npm-lock/index.ts';
import { osRelease } from '#inventory/catalogers/os-release/index.ts';
import { passwd } from '#inventory/catalogers/passwd/index.ts';
import { python } from '#inventory/catalogers/python/index.ts';
import { rpm } from '#inventory/catalogers/rpm/index.ts';

/** All catalogers that read files whole. A test compares this list with the folders. */
export const CATALOGERS: readonly Cataloger[] = [
  osRelease,
  dpkg,
  debianCopyright,
  apk,
  rpm,
  npmInstalled,
  npmLock,
  python,
  passwd,
];

/** Those that look inside executables. */
export const EXECUTABLE_CATALOGERS: readonly ExecutableCataloger[] = [goBinary];
