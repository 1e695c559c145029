import type { BuildFile, Stage } from '#buildfile/model/build-file.ts';
import type { Instruction } from '#buildfile/model/instruction.ts';
import { pairsOf } from '#buildfile/model/pairs.ts';
import { type BuildRule, cis, hadolint, nist } from '#buildfile/rule.ts';

const WHY = 'Whoever breaks into the program is root in the container, and one flaw of the kernel away from the host.';

/** Who it is without the group; as written where it is a variable. */
function userOf({ words: [user] }: Instruction): string {
  return (user?.text ?? '').split(':', 1)[0] ?? '';
}

function lastUser({ instructions }: Stage): Instruction | undefined {
  return instructions.findLast(({ keyword }) => keyword === 'USER');
}

export const rootUser: BuildRule = {
  id: 'build/root-user',
  title: 'The last USER is not root',
  severity: 'medium',
  why: WHY,
  elsewhere: [hadolint('DL3002'), cis('4.1'), nist('4.1.2')],
  onHistory: true,
  bad: 'FROM debian:12.5\nUSER root\n',
  good: 'FROM debian:12.5\nUSER 10001:10001\n',
  *check({ file }) {
    for (const stage of file.stages) {
      const instruction = lastUser(stage);
      if (instruction === undefined || !['root', '0'].includes(userOf(instruction))) continue;
      yield {
        instruction,
        sentence: 'What the image starts runs as root.',
        fix: 'End with a USER of its own, by number: USER 10001:10001.',
      };
    }
  },
};

/** Tags by which publishers say that an image has a user of its own. */
const NOT_ROOT = /\bnonroot\b|\bunprivileged\b|\brootless\b|\bchainguard\b/;

export const noUser: BuildRule = {
  id: 'build/no-user',
  title: 'The image has a USER',
  severity: 'medium',
  why: WHY,
  elsewhere: [cis('4.1'), nist('4.1.2')],
  bad: 'FROM debian:12.5\nCMD ["sleep", "60"]\n',
  good: 'FROM debian:12.5\nUSER 10001:10001\nCMD ["sleep", "60"]\n',
  *check({ file }) {
    const last = file.stages.at(-1);
    for (let stage = last; stage !== undefined; stage = stage.parent) {
      if (lastUser(stage) !== undefined || NOT_ROOT.test(stage.image.written)) return;
    }
    // An image that starts nothing is a base for others, or a set of files.
    const starts = last?.instructions.some(({ keyword }) => keyword === 'CMD' || keyword === 'ENTRYPOINT');
    if (last === undefined || starts !== true) return;
    yield {
      instruction: last.from,
      sentence: 'No USER is set: what the image starts runs as the user of its base, which mostly is root.',
      fix: 'End with a USER of its own, by number: USER 10001:10001.',
    };
  },
};

export const userByName: BuildRule = {
  id: 'build/user-by-name',
  title: 'The user of the image is a number',
  severity: 'low',
  why: 'Kubernetes cannot tell that a name is not root, and refuses it under runAsNonRoot.',
  elsewhere: [hadolint('DL3066')],
  bad: 'FROM debian:12.5\nUSER app\n',
  good: 'FROM debian:12.5\nUSER 10001:10001\n',
  *check({ file }) {
    const instruction = userOfImage(file);
    const user = instruction === undefined ? '' : userOf(instruction);
    const [, name] = /^\$\{?(\w+)/.exec(user) ?? [];
    if (instruction === undefined || /^\d*$/.test(user) || (name !== undefined && isGiven(file, name))) return;
    yield {
      instruction,
      sentence: `USER names ${user}: which number that is only the image knows.`,
      fix: 'Name the number: USER 10001:10001.',
    };
  },
};

/** The USER that the image starts as: of the last stage, or of what it goes on from. */
function userOfImage({ stages, preamble }: BuildFile): Instruction | undefined {
  let stage = stages.at(-1);
  if (stage === undefined) return preamble.findLast(({ keyword }) => keyword === 'USER');
  for (; stage !== undefined; stage = stage.parent) {
    const user = lastUser(stage);
    if (user !== undefined) return user;
  }
  return undefined;
}

/** Whether a build gives the value, or ENV a number. */
function isGiven({ instructions }: BuildFile, name: string): boolean {
  return instructions.some((instruction) => {
    if (instruction.keyword === 'ARG') return pairsOf(instruction).some((pair) => pair.name === name);
    if (instruction.keyword !== 'ENV') return false;
    return pairsOf(instruction).some((pair) => pair.name === name && /^\d+$/.test(pair.value));
  });
}
