import type { Stage } from '#buildfile/model/build-file.ts';
import type { Instruction } from '#buildfile/model/instruction.ts';
import { pairsOf } from '#buildfile/model/pairs.ts';
import { type BuildRule, cis, type Finding, hadolint, nist } from '#buildfile/rule.ts';
import { type Call, hasFlag, hasSequence, isCall, operands } from '#buildfile/shell/calls.ts';
import { eachRun, inFile, listed, mountsOver, putOption, runsOf } from '#buildfile/sites.ts';

const WITH_VALUE = [
  ...['abi', 'b', 'build', 'e', 'editable', 'extra-index-url', 'f', 'find-links', 'i', 'index-url', 'implementation'],
  ...['no-binary', 'only-binary', 'platform', 'prefix', 'progress-bar', 'proxy', 'python', 'python-version', 'root'],
  ...['root-user-action', 'src', 't', 'target', 'trusted-host', 'upgrade-strategy'],
];
const FROM_SOURCE_CONTROL = /^(?:git|hg|svn|bzr)(?:\+[a-z-]+)?(?=[:@+]|$)/;

function isInstall(call: Call): boolean {
  if (call.name.startsWith('pip')) return !call.name.startsWith('pipenv') && isCall(call, call.name, 'install');
  return call.name.startsWith('python') && hasSequence(call, '-m', 'pip', 'install');
}

function isPinned(text: string): boolean {
  if (/[<>]|[=!~]=/.test(text) || text.endsWith('.whl') || text.endsWith('.tar.gz')) return true;
  return FROM_SOURCE_CONTROL.test(text) ? text.includes('@') : text.includes('/');
}

function looseIn(call: Call) {
  if (!isInstall(call) || hasFlag(call, 'constraint', 'c')) return [];
  if (call.args.some(({ text }) => text === '-r' || text === '--requirement' || text === '.')) return [];
  const all = operands(call, WITH_VALUE);
  const from = all.findIndex(({ text }) => text === 'install');
  return all.slice(from + 1).filter(({ text }) => text !== 'install' && !isPinned(text));
}

export const pipUnpinned: BuildRule = {
  id: 'build/pip-unpinned',
  title: 'pip installs named versions',
  severity: 'medium',
  why: 'The same file gives another image tomorrow; whoever takes over a package is in the next build.',
  elsewhere: [hadolint('DL3013'), nist('4.1.2')],
  onHistory: true,
  bad: 'FROM python:3.12-slim\nRUN pip install --no-cache-dir flask\n',
  good: 'FROM python:3.12-slim\nRUN pip install --no-cache-dir flask==3.0.3\n',
  check: ({ file }) =>
    eachRun(file, ({ calls, script }) => {
      const loose = calls.flatMap(looseIn);
      const [first] = loose;
      if (first === undefined) return undefined;
      return {
        span: inFile(script, first.at),
        sentence: `pip installs whatever version is current of ${listed(loose.map(({ text }) => text))}.`,
        fix: `Name a version, ${first.text}==VERSION, or a file of them: -r requirements.txt.`,
      };
    }),
};

export const pipCacheKept: BuildRule = {
  id: 'build/pip-cache-kept',
  title: 'pip keeps no cache in the image',
  severity: 'medium',
  why: 'What was downloaded stays in the layer, though nothing reads it again.',
  elsewhere: [hadolint('DL3042'), cis('4.3')],
  onHistory: true,
  bad: 'FROM python:3.12-slim\nRUN pip install flask==3.0.3\n',
  good: 'FROM python:3.12-slim\nRUN pip install --no-cache-dir flask==3.0.3\n',
  *check({ file }) {
    yield* keeping(file.preamble, 'own', false);
    const off = new Map<Stage, boolean>();
    for (const stage of file.stages) {
      const inherited = stage.parent !== undefined && off.get(stage.parent) === true;
      yield* keeping(stage.instructions, 'own', inherited);
      off.set(stage, inherited || stage.instructions.some(setsOff));
    }
    yield* keeping(file.instructions, 'held-back', false);
  },
};

function* keeping(instructions: readonly Instruction[], which: 'own' | 'held-back', off: boolean): Generator<Finding> {
  for (const instruction of instructions) {
    if (off || setsOff(instruction)) return;
    for (const site of runsOf([instruction], which)) {
      const calls = site.calls.filter((call) => isInstall(call) && !keepsNothing(call));
      const [first] = calls;
      if (first === undefined || mountsOver(site.run, '.cache/pip')) continue;
      if (/PIP_NO_CACHE_DIR=(?:1|true|on|yes)/i.test(site.script.text)) continue;
      yield {
        instruction,
        span: inFile(site.script, first.command.at),
        sentence: 'pip leaves what it downloaded in the layer.',
        fix: 'Add --no-cache-dir.',
        edits: calls.flatMap((call) => putOption(site, call, ['install'], '--no-cache-dir')),
      };
    }
  }
}

function keepsNothing(call: Call): boolean {
  const wrapped = /pipx|pipenv/.test(call.name) || hasSequence(call, '-m', 'pipx') || hasSequence(call, '-m', 'pipenv');
  return wrapped || call.args.some(({ text }) => text === '--no-cache-dir');
}

/** Whether it sets `PIP_NO_CACHE_DIR`, for the rest of its stage and for those that go on from it. */
function setsOff(instruction: Instruction): boolean {
  if (instruction.keyword !== 'ENV') return false;
  return pairsOf(instruction).some(
    ({ name, value }) => name === 'PIP_NO_CACHE_DIR' && /^(?:1|true|on|yes)$/i.test(value),
  );
}
