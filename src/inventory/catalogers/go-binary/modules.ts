import type { FoundPackage } from '#inventory/package.ts';
import type { BuildInfo } from './build-info.ts';

const MAX_MODULES = 50_000;
const PATH = /^[^\s\p{Cc}]{1,1000}$/u;
const VERSION = /^[!-~]{1,250}$/;
const DEVEL = '(devel)';
/** golang.org/ref/mod, "Pseudo-versions": a commit's time and id instead of a tag. */
const PSEUDO = /^v\d+\.(?:0\.0-|\d+\.\d+-(?:[^+]*\.)?0\.)\d{14}-[A-Za-z0-9]+(?:\+[0-9A-Za-z.-]+)?$/;

interface Module {
  readonly role: 'main' | 'dependency';
  path: string;
  version: string;
  /** False for a local directory instead of what a registry served, and for versions that nobody gave. */
  reliable: boolean;
}

function isLocal(path: string): boolean {
  return path.startsWith('./') || path.startsWith('../') || path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path);
}

function isReliable(role: Module['role'], version: string): boolean {
  return version !== DEVEL && !(role === 'main' && PSEUDO.test(version));
}

/** A replaced module counts as what replaces it; a directory has no version, so the module keeps its name and is not sure. */
function replace(module: Module, path: string, version: string): void {
  if (isLocal(path) || version === '' || version === DEVEL) {
    module.reliable = false;
    return;
  }
  module.path = path;
  module.version = version;
  module.reliable = isReliable(module.role, version);
}

function readModules(text: string): { readonly modules: readonly Module[]; readonly cut: boolean } {
  const modules: Module[] = [];
  let last: Module | undefined;
  for (const line of text.split('\n')) {
    const [kind, path = '', version = ''] = line.split('\t', 4);
    if (kind === '=>' && last !== undefined) replace(last, path, version);
    if (kind !== 'mod' && kind !== 'dep') continue;
    if (modules.length >= MAX_MODULES) return { modules, cut: true };
    const role = kind === 'mod' ? 'main' : 'dependency';
    const known = VERSION.test(version) ? version : DEVEL;
    last = { role, path, version: known, reliable: isReliable(role, known) };
    modules.push(last);
  }
  return { modules, cut: false };
}

/** Suffixes of toolchains from between releases: `-devel_…`, and the date of a nightly build as Google's own. */
const BETWEEN_RELEASES = /^go[\d.]+-(?:devel|pre|\d{8}(?!\d))/;

/**
 * The toolchain's version as the standard library's: `go1.21.3 X:boringcrypto` is 1.21.3. One between releases
 * (`devel …`, `go1.22-20231128-RC02 …`) names no release, and stays as it is printed.
 */
function standardLibrary(goVersion: string): FoundPackage {
  const release = /^go(\d+(?:\.\d+){0,3}(?:(?:rc|beta)\d+)?)(?:[ +-]|$)/.exec(goVersion);
  const known = release !== null && !BETWEEN_RELEASES.test(goVersion);
  return {
    type: 'golang',
    name: 'stdlib',
    version: known ? (release[1] ?? '') : goVersion,
    licences: [],
    evidence: known ? 'installed' : 'unreliable',
  };
}

/** The packages that build information names (`go version -m`): the standard library, the main module, dependencies. */
export function packagesOf(info: BuildInfo): { readonly packages: readonly FoundPackage[]; readonly cut: boolean } {
  const { modules, cut } = readModules(info.modules);
  const packages = modules
    .filter((module) => PATH.test(module.path) && VERSION.test(module.version))
    .map((module): FoundPackage => {
      const evidence = module.reliable ? 'installed' : 'unreliable';
      return { type: 'golang', name: module.path, version: module.version, licences: [], evidence };
    });
  return { packages: [standardLibrary(info.goVersion), ...packages], cut };
}
