import { type BuildRule, cis, hadolint, nist } from '#buildfile/rule.ts';
import { type Call, hasFlag, isCall, operands } from '#buildfile/shell/calls.ts';
import { eachRun, inFile, listed, mountsOver, putOption } from '#buildfile/sites.ts';

const isAdd = (call: Call) => isCall(call, 'apk', 'add');

export const apkUnpinned: BuildRule = {
  id: 'build/apk-unpinned',
  title: 'apk adds named versions',
  severity: 'medium',
  why: 'The same file gives another image tomorrow: a build cannot be repeated, and what was tested is not what ships.',
  elsewhere: [hadolint('DL3018'), nist('4.1.2')],
  onHistory: true,
  bad: 'FROM alpine:3.19\nRUN apk add --no-cache curl\n',
  good: 'FROM alpine:3.19\nRUN apk add --no-cache curl=8.5.0-r0\n',
  check: ({ file }) =>
    eachRun(file, ({ calls, script }) => {
      const loose = calls
        .filter(isAdd)
        .flatMap((call) =>
          operands(call, ['t', 'virtual', 'repository', 'X']).filter(
            ({ text }) => text !== 'add' && !/[=~<>]/.test(text) && !text.endsWith('.apk'),
          ),
        );
      const [first] = loose;
      if (first === undefined) return undefined;
      return {
        span: inFile(script, first.at),
        sentence: `apk adds whatever version is current of ${listed(loose.map(({ text }) => text))}.`,
        fix: `Name a version: ${first.text}=VERSION, or ${first.text}~MAJOR.`,
      };
    }),
};

export const apkCacheKept: BuildRule = {
  id: 'build/apk-cache-kept',
  title: 'apk keeps no cache in the image',
  severity: 'low',
  why: 'The index and the packages stay in the layer, though nothing reads them again.',
  elsewhere: [hadolint('DL3019'), cis('4.3')],
  onHistory: true,
  bad: 'FROM alpine:3.19\nRUN apk add curl=8.5.0-r0\n',
  good: 'FROM alpine:3.19\nRUN apk add --no-cache curl=8.5.0-r0\n',
  check: ({ file }) =>
    eachRun(file, (site) => {
      const keeping = site.calls.filter((call) => isAdd(call) && !hasFlag(call, 'no-cache'));
      const [first] = keeping;
      if (first === undefined || mountsOver(site.run, '/var/cache/apk')) return undefined;
      return {
        span: inFile(site.script, first.command.at),
        sentence: 'apk add leaves its index in the layer.',
        fix: 'Add --no-cache.',
        edits: keeping.flatMap((call) => putOption(site, call, ['add'], '--no-cache')),
      };
    }),
};
