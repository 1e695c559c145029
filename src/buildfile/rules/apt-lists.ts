import type { BuildFile, Stage } from '#buildfile/model/build-file.ts';
import type { Instruction } from '#buildfile/model/instruction.ts';
import { type BuildRule, cis, type Finding, hadolint } from '#buildfile/rule.ts';
import { type Call, isCall } from '#buildfile/shell/calls.ts';
import { inFile, mountsOver, putAtEnd, type RunSite, runsOf } from '#buildfile/sites.ts';

export const aptListsKept: BuildRule = {
  id: 'build/apt-lists-kept',
  title: 'The lists of packages do not stay in the image',
  severity: 'low',
  why: 'They are tens of megabytes that nothing reads again, and removing them in a later layer does not make it smaller.',
  elsewhere: [hadolint('DL3009'), cis('4.3')],
  onHistory: true,
  bad: 'FROM debian:12.5\nRUN apt-get update && apt-get install -y curl=7.88.1-10\n',
  good: 'FROM debian:12.5\nRUN apt-get update && apt-get install -y curl=7.88.1-10 && rm -rf /var/lib/apt/lists/*\n',
  *check({ file }) {
    for (const site of keptIn(file)) {
      const update = site.calls.find(isUpdate);
      yield {
        instruction: site.instruction,
        ...(update === undefined ? {} : { span: inFile(site.script, update.command.at) }),
        sentence: 'What apt-get update fetched stays in the layer.',
        fix: 'End the same RUN with: rm -rf /var/lib/apt/lists/*',
        edits: putAtEnd(site, 'rm -rf /var/lib/apt/lists/*'),
      } satisfies Finding;
    }
  },
};

const isUpdate = (call: Call) => isCall(call, ['apt-get', 'apt', 'aptitude'], 'update');

/** Only stages that become an image, or that others go on from, count. */
function* keptIn(file: BuildFile): Generator<RunSite> {
  yield* runsOf(file.preamble, 'own').filter(keeps);
  for (const stage of file.stages) {
    if (reachesAnImage(file, stage)) yield* runsOf(stage.instructions, 'own').filter(keeps);
  }
  yield* runsOf(file.instructions, 'held-back').filter(keeps);
}

/** Whether a stage's layers are part of the last one, or of another that goes on from it. */
export function reachesAnImage({ stages }: BuildFile, stage: Stage): boolean {
  return stage.index === stages.length - 1 || stages.some(({ parent }) => parent === stage);
}

function keeps({ calls, run }: RunSite): boolean {
  return calls.some(isUpdate) && !calls.some(removesLists) && !mountsOverLists(run);
}

function removesLists({ name, args }: Call): boolean {
  if (name === 'rm') return args.some(({ text }) => /^\/var\/lib\/apt(?:\/lists)?(?:\/|$)|^\/var\/lib\/\*/.test(text));
  return name === 'find' && args.some(({ text }) => /^\/var\/lib\/apt/.test(text)) && /-delete|rm/.test(textOf(args));
}

function textOf(args: Call['args']): string {
  return args.map(({ text }) => text).join(' ');
}

function mountsOverLists(run: Instruction): boolean {
  const all = mountsOver(run, '/var/lib/apt') && mountsOver(run, '/var/cache/apt');
  return all || mountsOver(run, '/var/lib/apt/lists');
}
