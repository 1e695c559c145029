import type { Instruction } from '#buildfile/model/instruction.ts';
import { type BuildRule, hadolint } from '#buildfile/rule.ts';
import { type Call, flagValues, hasFlag, isCall } from '#buildfile/shell/calls.ts';
import { eachRun, inFile, type RunSite, runsOf, type Said } from '#buildfile/sites.ts';

/** Says something of the first call that fits. */
function firstCall(site: RunSite, fits: (call: Call) => boolean, say: (call: Call) => Omit<Said, 'span'>) {
  const call = site.calls.find(fits);
  return call === undefined ? undefined : { span: inFile(site.script, call.nameAt), ...say(call) };
}

const FOR_HOSTS: ReadonlySet<string> = new Set([
  ...['free', 'kill', 'mount', 'ps', 'service', 'shutdown', 'ssh', 'top', 'vim'],
]);

export const hostCommand: BuildRule = {
  id: 'build/host-command',
  title: 'A build calls nothing that only makes sense on a host',
  severity: 'low',
  why: 'There are no services, no other processes and nobody who looks during a build: it does nothing, or fails.',
  elsewhere: [hadolint('DL3001')],
  bad: 'FROM debian:12.5\nRUN service nginx start\n',
  good: 'FROM debian:12.5\nCMD ["nginx", "-g", "daemon off;"]\n',
  check: ({ file }) =>
    eachRun(file, (site) =>
      firstCall(
        site,
        ({ name }) => FOR_HOSTS.has(name),
        ({ name }) => ({ sentence: `${name} makes no sense in a build.`, fix: 'Leave it out.' }),
      ),
    ),
};

export const cdInRun: BuildRule = {
  id: 'build/cd-in-run',
  title: 'WORKDIR changes the directory, not cd',
  severity: 'low',
  why: 'cd holds for one RUN only: the next one is elsewhere again, which is easily overlooked.',
  elsewhere: [hadolint('DL3003')],
  bad: 'FROM debian:12.5\nRUN cd /src && make\n',
  good: 'FROM debian:12.5\nWORKDIR /src\nRUN make\n',
  check: ({ file }) =>
    eachRun(file, (site) =>
      firstCall(
        site,
        ({ name }) => name === 'cd',
        () => ({ sentence: 'cd changes the directory for this RUN only.', fix: 'Set WORKDIR before.' }),
      ),
    ),
};

export const sudo: BuildRule = {
  id: 'build/sudo',
  title: 'A build does not call sudo',
  severity: 'medium',
  why: 'A build is root already; sudo in the image is one more way for an attacker to become it.',
  elsewhere: [hadolint('DL3004')],
  onHistory: true,
  bad: 'FROM debian:12.5\nRUN sudo make install\n',
  good: 'FROM debian:12.5\nRUN make install\n',
  check: ({ file }) =>
    eachRun(file, (site) =>
      firstCall(
        site,
        ({ name }) => name === 'sudo',
        () => ({ sentence: 'sudo is called.', fix: 'Set USER root before, and the program’s user after.' }),
      ),
    ),
};

const LONGEST_LOW_UID = 5;

export const useraddHighUid: BuildRule = {
  id: 'build/useradd-high-uid',
  title: 'useradd with a high number has -l',
  severity: 'medium',
  why: 'The login logs are as long as the highest number: gigabytes of zeros come into the layer.',
  elsewhere: [hadolint('DL3046')],
  onHistory: true,
  bad: 'FROM debian:12.5\nRUN useradd -u 1234567 app\n',
  good: 'FROM debian:12.5\nRUN useradd -l -u 1234567 app\n',
  check: ({ file }) =>
    eachRun(file, (site) =>
      firstCall(
        site,
        (call) =>
          call.name === 'useradd' &&
          !hasFlag(call, 'l', 'no-log-init') &&
          flagValues(call, 'u', 'uid').some((uid) => uid.length > LONGEST_LOW_UID),
        ({ nameAt }) => {
          const { end } = inFile(site.script, nameAt);
          return {
            sentence: 'useradd makes login logs as long as this number is high.',
            fix: 'Add -l.',
            edits: site.run.exec ? [] : [{ start: end, end, text: ' -l' }],
          };
        },
      ),
    ),
};

export const wgetProgress: BuildRule = {
  id: 'build/wget-progress',
  title: 'wget draws no progress bar',
  severity: 'negligible',
  why: 'Each step of the bar is a line of the build’s log.',
  elsewhere: [hadolint('DL3047')],
  bad: 'FROM debian:12.5\nRUN wget https://example.com/big.bin\n',
  good: 'FROM debian:12.5\nRUN wget -nv https://example.com/big.bin\n',
  check: ({ file }) =>
    eachRun(file, (site) =>
      firstCall(
        site,
        (call) =>
          call.name === 'wget' &&
          !hasFlag(call, 'progress', 'q', 'quiet', 'o', 'output-file', 'a', 'append-output', 'no-verbose') &&
          !call.args.some(({ text }) => text === '-nv'),
        () => ({ sentence: 'wget fills the log with its progress.', fix: 'Add -nv, or -q where wget is BusyBox’s.' }),
      ),
    ),
};

export const curlAndWget: BuildRule = {
  id: 'build/curl-and-wget',
  title: 'One program downloads, not two',
  severity: 'low',
  why: 'Each brings libraries and flaws of its own.',
  elsewhere: [hadolint('DL4001')],
  bad: 'FROM debian:12.5\nRUN curl -O https://example.com/a\nRUN wget -q https://example.com/b\n',
  good: 'FROM debian:12.5\nRUN curl -O https://example.com/a -O https://example.com/b\n',
  *check({ file }) {
    const groups: (readonly Instruction[])[] = [file.preamble, ...file.stages.map(({ instructions }) => instructions)];
    for (const [sites] of [
      ...groups.map((instructions) => [runsOf(instructions, 'own')] as const),
      [runsOf(file.instructions, 'held-back')] as const,
    ]) {
      const used = new Set<string>();
      for (const { calls, instruction, script } of sites) {
        const loaders = calls.filter(({ name }) => name === 'curl' || name === 'wget');
        for (const { name } of loaders) used.add(name);
        const last = loaders.at(-1);
        if (last === undefined || used.size < 2) continue;
        yield {
          instruction,
          span: inFile(script, last.nameAt),
          sentence: 'The same stage downloads with curl and with wget.',
          fix: 'Use one of them.',
        };
      }
    }
  },
};

export const shellReplaced: BuildRule = {
  id: 'build/shell-replaced',
  title: 'SHELL changes the shell, not a link',
  severity: 'low',
  why: 'Programs of the base image rely on the shell that was there: another one under its name breaks them.',
  elsewhere: [hadolint('DL4005')],
  bad: 'FROM debian:12.5\nRUN ln -sf /bin/bash /bin/sh\n',
  good: 'FROM debian:12.5\nSHELL ["/bin/bash", "-c"]\n',
  check: ({ file }) =>
    eachRun(file, (site) =>
      firstCall(
        site,
        (call) => isCall(call, 'ln', '/bin/sh'),
        () => ({ sentence: '/bin/sh is replaced by a link.', fix: 'Write SHELL ["/bin/bash", "-c"].' }),
      ),
    ),
};
