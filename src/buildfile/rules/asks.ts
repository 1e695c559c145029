import { type BuildRule, hadolint } from '#buildfile/rule.ts';
import { hasFlag, isCall } from '#buildfile/shell/calls.ts';
import { eachRun, inFile, putOption } from '#buildfile/sites.ts';

const WHY = 'Nobody answers during a build: the question is taken for a no, or it waits for ever.';

interface Asking {
  readonly programs: readonly string[];
  readonly verbs: readonly string[];
  /** Options that keep it from asking. */
  readonly quiet: readonly string[];
}

function check({ programs, verbs, quiet }: Asking): BuildRule['check'] {
  return ({ file }) =>
    eachRun(file, (site) => {
      const asking = site.calls.filter((call) => isCall(call, programs, ...verbs) && !hasFlag(call, ...quiet));
      const [first] = asking;
      if (first === undefined) return undefined;
      return {
        span: inFile(site.script, first.command.at),
        sentence: `${first.name} waits for a yes.`,
        fix: 'Add -y.',
        edits: asking.flatMap((call) => putOption(site, call, verbs, '-y')),
      };
    });
}

export const yumAsks: BuildRule = {
  id: 'build/yum-asks',
  title: 'yum install does not ask',
  severity: 'medium',
  why: WHY,
  elsewhere: [hadolint('DL3030')],
  bad: 'FROM rockylinux:9\nRUN yum install httpd-2.4.57 && yum clean all\n',
  good: 'FROM rockylinux:9\nRUN yum install -y httpd-2.4.57 && yum clean all\n',
  check: check({ programs: ['yum'], verbs: ['install', 'groupinstall', 'localinstall'], quiet: ['y', 'assumeyes'] }),
};

export const dnfAsks: BuildRule = {
  id: 'build/dnf-asks',
  title: 'dnf install does not ask',
  severity: 'medium',
  why: WHY,
  elsewhere: [hadolint('DL3038')],
  bad: 'FROM fedora:40\nRUN dnf install httpd-2.4.58 && dnf clean all\n',
  good: 'FROM fedora:40\nRUN dnf install -y httpd-2.4.58 && dnf clean all\n',
  check: check({
    programs: ['dnf', 'microdnf'],
    verbs: ['install', 'groupinstall', 'localinstall'],
    quiet: ['y', 'assumeyes'],
  }),
};

export const zypperAsks: BuildRule = {
  id: 'build/zypper-asks',
  title: 'zypper does not ask',
  severity: 'medium',
  why: WHY,
  elsewhere: [hadolint('DL3034')],
  bad: 'FROM opensuse/leap:15.6\nRUN zypper install httpd=2.4.58 && zypper clean\n',
  good: 'FROM opensuse/leap:15.6\nRUN zypper install -y httpd=2.4.58 && zypper clean\n',
  check: check({
    programs: ['zypper'],
    verbs: ['install', 'in', 'remove', 'rm', 'source-install', 'si', 'patch'],
    quiet: ['non-interactive', 'n', 'no-confirm', 'y'],
  }),
};
