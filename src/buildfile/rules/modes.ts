import { flagValue } from '#buildfile/model/instruction.ts';
import { type BuildRule, cis, nist } from '#buildfile/rule.ts';
import { type Call, operands } from '#buildfile/shell/calls.ts';
import { eachRun, inFile, mountOptions } from '#buildfile/sites.ts';

/** The mode that chmod or install is given. */
function modeOf(call: Call): string | undefined {
  if (call.name === 'chmod') return operands(call)[0]?.text ?? call.args.find(({ text }) => /^[-+=]/.test(text))?.text;
  if (call.name !== 'install') return undefined;
  const at = call.args.findIndex(({ text }) => text === '-m' || text === '--mode' || text.startsWith('--mode='));
  const flag = call.args[at]?.text ?? '';
  return flag.includes('=') ? flag.split('=')[1] : call.args[at + 1]?.text;
}

const SETUID = /^0?[2467]\d{3}$|^[ug,+]*[ug]\+[rwx]*s|^\+[rwx]*s|^[ugoa]*=[rwx]*s/;
const FOR_ALL = /^0?[0-7]?[0-7]{2}[2367]$|^(?:[ugo]*[oa][ugo]*|)\+[rx]*w|^a?=rwx|^[ugo]*o[ugo]*=[rx]*w/;

export const setuid: BuildRule = {
  id: 'build/setuid',
  title: 'No programs get the rights of their owner',
  severity: 'medium',
  why: 'A flaw in such a program makes any user root in the container.',
  elsewhere: [cis('4.8'), nist('4.1.2')],
  onHistory: true,
  bad: 'FROM debian:12.5\nRUN chmod u+s /usr/bin/tool\n',
  good: 'FROM debian:12.5\nRUN chmod 0755 /usr/bin/tool\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      if (SETUID.test(flagValue(instruction, 'chmod') ?? '')) {
        yield { instruction, sentence: 'The copied files get setuid or setgid bits.', fix: 'Leave the first digit 0.' };
      }
    }
    yield* eachRun(file, ({ calls, script }) => {
      const call = calls.find((one) => SETUID.test(modeOf(one) ?? ''));
      if (call === undefined) return undefined;
      return {
        span: inFile(script, call.command.at),
        sentence: `${call.name} sets setuid or setgid bits.`,
        fix: 'Give the program a capability at start, or run it as the user that it needs.',
      };
    });
  },
};

export const worldWritable: BuildRule = {
  id: 'build/world-writable',
  title: 'Files are not writable for everybody',
  severity: 'medium',
  why: 'Whoever gets into the container as any user can replace what others run or read.',
  elsewhere: [nist('4.1.2')],
  onHistory: true,
  bad: 'FROM debian:12.5\nRUN chmod -R 777 /app\n',
  good: 'FROM debian:12.5\nRUN chown -R 10001:10001 /app\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      if (FOR_ALL.test(flagValue(instruction, 'chmod') ?? '')) {
        yield { instruction, sentence: 'The copied files are writable for everybody.', fix: 'Use --chown instead.' };
      }
    }
    yield* eachRun(file, ({ calls, script }) => {
      // The bit that keeps people from removing others’ files makes 1777 good for /tmp.
      const call = calls.find((one) => FOR_ALL.test(modeOf(one) ?? '') && !/^0?1777$/.test(modeOf(one) ?? ''));
      if (call === undefined || call.name !== 'chmod') return undefined;
      return {
        span: inFile(script, call.command.at),
        sentence: `chmod ${modeOf(call)} lets everybody write.`,
        fix: 'Give the files to the user that writes them: chown.',
      };
    });
  },
};

export const privilegedRun: BuildRule = {
  id: 'build/privileged-run',
  title: 'RUN does not leave the builder’s sandbox',
  severity: 'high',
  why: 'It runs with the rights of the host, or on its network: a package that it installs can take over the builder.',
  elsewhere: [nist('4.4.3')],
  bad: 'FROM debian:12.5\nRUN --security=insecure make test\n',
  good: 'FROM debian:12.5\nRUN make test\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      const insecure = flagValue(instruction, 'security') === 'insecure';
      const host = flagValue(instruction, 'network') === 'host';
      const socket = mountOptions(instruction).some((options) => (options.get('source') ?? '').endsWith('docker.sock'));
      if (instruction.keyword !== 'RUN' || !(insecure || host || socket)) continue;
      const what = insecure ? '--security=insecure' : host ? '--network=host' : 'the engine’s socket';
      yield { instruction, sentence: `RUN has ${what}.`, fix: 'Remove it.' };
    }
  },
};

export const sshExposed: BuildRule = {
  id: 'build/ssh-exposed',
  title: 'No SSH server in the image',
  severity: 'medium',
  why: 'It is a second way in, with keys and accounts of its own that nobody manages.',
  elsewhere: [cis('5.7'), nist('4.1.2')],
  onHistory: true,
  bad: 'FROM debian:12.5\nEXPOSE 22\n',
  good: 'FROM debian:12.5\nEXPOSE 8080\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      if (instruction.keyword !== 'EXPOSE' || !instruction.words.some(({ text }) => /^22(?:\/tcp)?$/i.test(text)))
        continue;
      yield { instruction, sentence: 'The port of SSH is exposed.', fix: 'Use docker exec, or kubectl exec.' };
    }
  },
};
