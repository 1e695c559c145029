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

const removes = (call: Call, path: string) =>
  call.name === 'rm' && hasFlag(call, 'r', 'R', 'recursive') && call.args.some(({ text }) => text.startsWith(path));

const YUM: Cache = {
  fills: (call) => isCall(call, 'yum', 'install'),
  cleans: (call) => isCall(call, 'yum', 'clean', 'all') || removes(call, '/var/cache/yum'),
  mounts: [],
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
const DNF: readonly Cache[] = ['dnf', 'microdnf'].map((program) => ({
  fills: (call) => isCall(call, program, ...DNF_FILLS),
  cleans: (call) =>
    isCall(call, program, 'clean', 'all') || removes(call, '/var/cache/libdnf5') || removes(call, '/var/cache/dnf'),
  mounts: ['/var/cache/libdnf5', '.cache/libdnf5', '/var/cache/dnf'],
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
