import { type BuildRule, hadolint, nist } from '#buildfile/rule.ts';
import { isCall, operands } from '#buildfile/shell/calls.ts';
import { eachRun, inFile, listed } from '#buildfile/sites.ts';

export const zypperUnpinned: BuildRule = {
  id: 'build/zypper-unpinned',
  title: 'zypper installs named versions',
  severity: 'medium',
  why: 'The same file gives another image tomorrow: a build cannot be repeated, and what was tested is not what ships.',
  elsewhere: [hadolint('DL3037'), nist('4.1.2')],
  onHistory: true,
  bad: 'FROM opensuse/leap:15.6\nRUN zypper install -y httpd && zypper clean\n',
  good: 'FROM opensuse/leap:15.6\nRUN zypper install -y httpd=2.4.58 && zypper clean\n',
  check: ({ file }) =>
    eachRun(file, ({ calls, script }) => {
      const loose = calls
        .filter((call) => isCall(call, 'zypper', 'install', 'in'))
        .flatMap((call) => operands(call))
        .filter(({ text }) => text !== 'install' && text !== 'in' && !/[=<>]/.test(text) && !text.endsWith('.rpm'));
      const [first] = loose;
      if (first === undefined) return undefined;
      return {
        span: inFile(script, first.at),
        sentence: `zypper installs whatever version is current of ${listed(loose.map(({ text }) => text))}.`,
        fix: `Name a version: ${first.text}=VERSION.`,
      };
    }),
};

export const zypperDistUpgrade: BuildRule = {
  id: 'build/zypper-dist-upgrade',
  title: 'A build does not move to another release',
  severity: 'medium',
  why: 'The image is then no longer the release that FROM names; what it is depends on the day.',
  elsewhere: [hadolint('DL3035')],
  onHistory: true,
  bad: 'FROM opensuse/leap:15.6\nRUN zypper -n dup\n',
  good: 'FROM opensuse/leap:15.6\nRUN zypper -n patch\n',
  check: ({ file }) =>
    eachRun(file, ({ calls, script }) => {
      const call = calls.find((one) => isCall(one, 'zypper', 'dist-upgrade', 'dup'));
      if (call === undefined) return undefined;
      return {
        span: inFile(script, call.command.at),
        sentence: 'zypper moves the image to whatever release its repositories hold.',
        fix: 'Take a newer base image, or zypper patch.',
      };
    }),
};
