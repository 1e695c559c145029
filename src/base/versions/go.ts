import { isTooLong, type Order } from './order.ts';
import { compareParsedSemver, parseSemver, type Semver } from './semver.ts';

/** `1`, `1.21`, `1.21.3`, `1.21rc2`, `1.9.2beta1`: how Go's releases are named (go.dev/doc/toolchain). */
const RELEASE = /^(\d+)(?:\.(\d+)(?:\.(\d+))?)?(?:(rc|beta)(\d+))?$/;

/** Since Go 1.21 the name `go1.21` is the language, before its first candidate; `go1.20` still was a release. */
const FIRST_WITH_PATCH = 21;

/**
 * Orders two versions of Go modules or of Go itself. Modules: SemVer 2.0.0 with an optional `v`, pseudo-versions being
 * pre-releases, `+incompatible` and `+dirty` deciding nothing. Go: `go1.21rc2` is `1.21.0-rc.2`, as the Go vulnerability
 * database writes it; ` X:boringcrypto` and the `-suffix` of a toolchain's name are left out; `go1.21` (the language) is
 * before `go1.21rc1` and after `1.21.0-0`. Undefined for `(devel)`, `devel go1.22-…` and whatever else is no version.
 */
export function compareGo(a: string, b: string): Order | undefined {
  const left = parse(a);
  const right = parse(b);
  return left === undefined || right === undefined ? undefined : compareParsedSemver(left, right);
}

function parse(text: string): Semver | undefined {
  if (isTooLong(text)) return undefined;
  const version = beforeAny(beforeAny(text.trim(), ' '), '+');
  if (version.startsWith('go')) return parseRelease(beforeAny(version.slice(2), '-'), true);
  return parseRelease(version.startsWith('v') ? version.slice(1) : version, false) ?? parseSemver(version);
}

function parseRelease(text: string, isToolchain: boolean): Semver | undefined {
  const match = RELEASE.exec(text);
  if (match === null) return undefined;
  const [, major = '', minor = '0', patch, kind, count = ''] = match;
  const numbers = [major, minor, patch ?? '0'];
  if (kind !== undefined) return { numbers, prerelease: [kind, count] };
  const isLanguage = isToolchain && patch === undefined && major === '1' && Number(minor) >= FIRST_WITH_PATCH;
  return { numbers, prerelease: isLanguage ? ['0', '0'] : [] };
}

function beforeAny(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? text : text.slice(0, at);
}
