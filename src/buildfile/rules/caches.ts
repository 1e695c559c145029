import { type BuildRule, cis, hadolint } from '#buildfile/rule.ts';
import { type Call, hasFlag, isCall } from '#buildfile/shell/calls.ts';
import { cleansTooLate, eachRun, inFile, mountsOver, putAtEnd, type RunSite } from '#buildfile/sites.ts';

const WHY = 'What was downloaded stays in the layer, though nothing reads it again; a later layer cannot take it away.';

interface Cache {
  readonly fills: (call: Call) => boolean;
  readonly cleans: (call: Call) => boolean;
  /** Parts of paths: what is mounted there is not in the layer. */
  readonly mounts: readonly string[];
  /** The command that cleans. */
  readonly command: string;
}

function keeps(site: RunSite, { fills, cleans, mounts, command }: Cache) {
  if (!cleansTooLate(site.calls, fills, cleans) || mounts.some((path) => mountsOver(site.run, path))) return undefined;
  const first = site.calls.find(fills);
  if (first === undefined) return undefined;
  return {
    span: inFile(site.script, first.command.at),
    sentence: `What ${first.name} downloaded stays in the layer.`,
    fix: `End the same RUN with: ${command}`,
    edits: putAtEnd(site, command),
  };
}

const removes = (call: Call, paths: readonly string[]) =>
  call.name === 'rm' &&
  hasFlag(call, 'r', 'R', 'recursive') &&
  call.args.some(({ text }) => paths.some((path) => text.startsWith(path)));

/** `clean` alone is refused, and `clean metadata` leaves the packages. */
const cleansAll = (call: Call, program: string) => isCall(call, program, 'clean') && isCall(call, program, 'all');

// Since version 8 of Red Hat’s distributions yum is another name of dnf.
const YUM_PATHS = ['/var/cache/yum', '/var/cache/dnf'];
const YUM: Cache = {
  fills: (call) => isCall(call, 'yum', 'install'),
  cleans: (call) => cleansAll(call, 'yum') || removes(call, YUM_PATHS),
  mounts: YUM_PATHS,
  command: 'yum clean all',
};

export const yumCacheKept: BuildRule = {
  id: 'build/yum-cache-kept',
  title: 'yum keeps no cache in the image',
  severity: 'medium',
  why: WHY,
  elsewhere: [hadolint('DL3032'), cis('4.3')],
  onHistory: true,
  bad: 'FROM rockylinux:9\nRUN yum install -y httpd-2.4.57\n',
  good: 'FROM rockylinux:9\nRUN yum install -y httpd-2.4.57 && yum clean all\n',
  check: ({ file }) => eachRun(file, (site) => keeps(site, YUM)),
};

const DNF_FILLS = ['install', 'in', 'upgrade', 'up', 'upgrade-minimal', 'up-min', 'reinstall', 'rei'];
const DNF_PATHS = ['/var/cache/libdnf5', '/var/cache/dnf'];
/** Before it became part of dnf5, microdnf kept its cache where yum does; dnf never did. */
const DNF: readonly Cache[] = (
  [
    ['dnf', DNF_PATHS],
    ['microdnf', [...DNF_PATHS, '/var/cache/yum']],
  ] as const
).map(([program, paths]) => ({
  fills: (call) => isCall(call, program, ...DNF_FILLS),
  cleans: (call) => cleansAll(call, program) || removes(call, paths),
  mounts: [...paths, '.cache/libdnf5'],
  command: `${program} clean all`,
}));

export const dnfCacheKept: BuildRule = {
  id: 'build/dnf-cache-kept',
  title: 'dnf keeps no cache in the image',
  severity: 'medium',
  why: WHY,
  elsewhere: [hadolint('DL3040'), cis('4.3')],
  onHistory: true,
  bad: 'FROM fedora:40\nRUN dnf install -y httpd-2.4.58\n',
  good: 'FROM fedora:40\nRUN dnf install -y httpd-2.4.58 && dnf clean all\n',
  check: ({ file }) =>
    eachRun(file, (site) => {
      for (const cache of DNF) {
        const said = keeps(site, cache);
        if (said !== undefined) return said;
      }
      return undefined;
    }),
};

const ZYPPER: Cache = {
  fills: (call) => isCall(call, 'zypper', 'install', 'in'),
  cleans: (call) => isCall(call, 'zypper', 'clean', 'cc'),
  mounts: ['/var/cache/zypp'],
  command: 'zypper clean',
};

export const zypperCacheKept: BuildRule = {
  id: 'build/zypper-cache-kept',
  title: 'zypper keeps no cache in the image',
  severity: 'medium',
  why: WHY,
  elsewhere: [hadolint('DL3036'), cis('4.3')],
  onHistory: true,
  bad: 'FROM opensuse/leap:15.6\nRUN zypper install -y httpd=2.4.58\n',
  good: 'FROM opensuse/leap:15.6\nRUN zypper install -y httpd=2.4.58 && zypper clean\n',
  check: ({ file }) => eachRun(file, (site) => keeps(site, ZYPPER)),
};
