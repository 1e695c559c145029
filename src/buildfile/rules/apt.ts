import { type BuildRule, cis, hadolint, nist } from '#buildfile/rule.ts';
import { type Call, countFlag, hasFlag, isCall, operands } from '#buildfile/shell/calls.ts';
import { eachRun, inFile, listed, putOption } from '#buildfile/sites.ts';

const isInstall = (call: Call) => isCall(call, 'apt-get', 'install');

export const aptUnpinned: BuildRule = {
  id: 'build/apt-unpinned',
  title: 'apt-get installs named versions',
  severity: 'medium',
  why: 'The same file gives another image tomorrow: a build cannot be repeated, and what was tested is not what ships.',
  elsewhere: [hadolint('DL3008'), nist('4.1.2')],
  onHistory: true,
  bad: 'FROM debian:12.5\nRUN apt-get update && apt-get install -y curl\n',
  good: 'FROM debian:12.5\nRUN apt-get update && apt-get install -y curl=7.88.1-10+deb12u5\n',
  check: ({ file }) =>
    eachRun(file, ({ calls, script }) => {
      const loose = calls
        .filter(isInstall)
        .flatMap((call) =>
          operands(call, ['t', 'target-release']).filter(
            ({ text }) => text !== 'install' && !text.includes('=') && !text.includes('/') && !text.endsWith('.deb'),
          ),
        );
      const [first] = loose;
      if (first === undefined) return undefined;
      return {
        span: inFile(script, first.at),
        sentence: `apt-get installs whatever version is current of ${listed(loose.map(({ text }) => text))}.`,
        fix: `Name a version: ${first.text}=VERSION.`,
      };
    }),
};

export const aptAsks: BuildRule = {
  id: 'build/apt-asks',
  title: 'apt-get install does not ask',
  severity: 'medium',
  why: 'Nobody answers during a build: the question is taken for a no, and the build fails.',
  elsewhere: [hadolint('DL3014')],
  bad: 'FROM debian:12.5\nRUN apt-get install curl=7.88.1-10\n',
  good: 'FROM debian:12.5\nRUN apt-get install -y curl=7.88.1-10\n',
  check: ({ file }) =>
    eachRun(file, (site) => {
      const asking = site.calls.filter(
        (call) =>
          isInstall(call) &&
          !hasFlag(call, 'y', 'yes', 'qq', 'assume-yes') &&
          countFlag(call, 'q') !== 2 &&
          countFlag(call, 'quiet') !== 2 &&
          !isCall(call, 'apt-get', '-q=2'),
      );
      const [first] = asking;
      if (first === undefined) return undefined;
      return {
        span: inFile(site.script, first.command.at),
        sentence: 'apt-get install waits for a yes.',
        fix: 'Add -y.',
        edits: asking.flatMap((call) => putOption(site, call, ['install'], '-y')),
      };
    }),
};

export const aptRecommends: BuildRule = {
  id: 'build/apt-recommends',
  title: 'apt-get installs no recommended packages',
  severity: 'low',
  why: 'Packages that nobody named come along: they make the image larger and bring flaws of their own.',
  elsewhere: [hadolint('DL3015'), cis('4.3')],
  onHistory: true,
  bad: 'FROM debian:12.5\nRUN apt-get install -y curl=7.88.1-10\n',
  good: 'FROM debian:12.5\nRUN apt-get install -y --no-install-recommends curl=7.88.1-10\n',
  check: ({ file }) =>
    eachRun(file, (site) => {
      const more = site.calls.filter(
        (call) =>
          isInstall(call) &&
          !hasFlag(call, 'no-install-recommends') &&
          !isCall(call, 'apt-get', 'APT::Install-Recommends=false'),
      );
      const [first] = more;
      if (first === undefined) return undefined;
      return {
        span: inFile(site.script, first.command.at),
        sentence: 'apt-get install also installs what packages merely recommend.',
        fix: 'Add --no-install-recommends.',
        edits: more.flatMap((call) => putOption(site, call, ['install'], '--no-install-recommends')),
      };
    }),
};

/** What both understand: a call of one is as well a call of the other. */
const SHARED = ['install', 'update', 'upgrade', 'remove', 'purge', 'autoremove', 'clean', 'autoclean'];

export const aptCommand: BuildRule = {
  id: 'build/apt-command',
  title: 'Scripts call apt-get, not apt',
  severity: 'medium',
  why: 'apt is made for people: its options and output change between releases, and it says so itself.',
  elsewhere: [hadolint('DL3027')],
  bad: 'FROM debian:12.5\nRUN apt update\n',
  good: 'FROM debian:12.5\nRUN apt-get update\n',
  check: ({ file }) =>
    eachRun(file, ({ calls, script, run }) => {
      const found = calls.filter(({ name }) => name === 'apt');
      const [first] = found;
      if (first === undefined) return undefined;
      const verbs = found.map((call) => operands(call)[0]?.text ?? '');
      const mendable = !run.exec && verbs.every((verb) => SHARED.includes(verb));
      return {
        span: inFile(script, first.nameAt),
        sentence: 'apt is called from a script.',
        fix: 'Call apt-get or apt-cache.',
        edits: mendable ? found.map(({ nameAt }) => ({ ...inFile(script, nameAt), text: 'apt-get' })) : [],
      };
    }),
};

export const aptUpdateAlone: BuildRule = {
  id: 'build/apt-update-alone',
  title: 'The list of packages is fetched where packages are installed',
  severity: 'low',
  why: 'A layer with the list is kept by the cache for months: what is then installed is as old as it.',
  elsewhere: [cis('4.7'), nist('4.1.2')],
  bad: 'FROM debian:12.5\nRUN apt-get update\nRUN apt-get install -y curl=7.88.1-10\n',
  good: 'FROM debian:12.5\nRUN apt-get update && apt-get install -y curl=7.88.1-10\n',
  check: ({ file }) =>
    eachRun(file, ({ calls, script }) => {
      const update = calls.find((call) => isCall(call, ['apt-get', 'apt', 'aptitude'], 'update'));
      const uses = ['install', 'upgrade', 'dist-upgrade', 'full-upgrade', 'build-dep', 'download', 'source'];
      if (update === undefined || calls.some((call) => isCall(call, ['apt-get', 'apt', 'aptitude'], ...uses))) {
        return undefined;
      }
      // Scripts and programs that are called beside it may install.
      const others = calls.some(({ name }) => !QUIET.has(name));
      if (others) return undefined;
      return {
        span: inFile(script, update.command.at),
        sentence: `${update.name} update stands in a RUN of its own.`,
        fix: 'Join it with the RUN that installs: apt-get update && apt-get install …',
      };
    }),
};

const QUIET: ReadonlySet<string> = new Set([
  'apt-get',
  'apt',
  'aptitude',
  'rm',
  'echo',
  'set',
  'true',
  'export',
  'sed',
]);
