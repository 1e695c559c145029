import type { Instruction } from '#buildfile/model/instruction.ts';
import { type BuildRule, cis, nist } from '#buildfile/rule.ts';
import { copied } from '#buildfile/rules/copy.ts';

function copiesAll(instruction: Instruction): boolean {
  if (instruction.keyword !== 'COPY' && instruction.keyword !== 'ADD') return false;
  if (instruction.flags.some(({ name }) => name === 'from')) return false;
  return copied(instruction).sources.some(({ text }) => /^\.?\/?\.?\/?$|^\.?\/?\*$/.test(text) && text !== '');
}

export const noIgnoreFile: BuildRule = {
  id: 'build/no-dockerignore',
  title: 'What COPY . takes is limited by .dockerignore',
  severity: 'medium',
  why: 'The history of the sources, local settings and secrets that lie about come into the image.',
  elsewhere: [cis('4.10'), nist('4.1.4')],
  bad: 'FROM debian:12.5\nCOPY . /app\n',
  good: 'FROM debian:12.5\nCOPY src /app/src\n',
  *check({ file, context: { ignoreLines } }) {
    if (ignoreLines !== undefined) return;
    const instruction = file.instructions.find(copiesAll);
    if (instruction === undefined) return;
    yield {
      instruction,
      sentence: `${instruction.keyword} takes all of the build context, and there is no .dockerignore beside this file.`,
      fix: 'Add one, with .git, .env and what else is not to ship; or copy what is needed by name.',
    };
  },
};

const WANTED = ['.git', '.env'] as const;

export const ignoreFileTooShort: BuildRule = {
  id: 'build/dockerignore-leaves-secrets',
  title: '.dockerignore names .git and .env',
  severity: 'low',
  why: 'A file of settings or the history of the sources may hold secrets, and COPY . takes them.',
  elsewhere: [cis('4.10'), nist('4.1.4')],
  bad: 'FROM debian:12.5\nCOPY . /app\n',
  good: 'FROM debian:12.5\nCOPY src /app/src\n',
  exampleContext: { ignoreLines: ['node_modules'] },
  *check({ file, context: { ignoreLines } }) {
    if (ignoreLines === undefined || ignoreLines === 'unknown') return;
    const instruction = file.instructions.find(copiesAll);
    const missing = WANTED.filter((name) => !isIgnored(name, ignoreLines));
    if (instruction === undefined || missing.length === 0) return;
    yield {
      instruction,
      sentence: `${instruction.keyword} takes all of the build context, and .dockerignore does not name ${missing.join(' and ')}.`,
      fix: `Add ${missing.join(' and ')} to .dockerignore.`,
    };
  },
};

/** Whether a file at the top is left out: the last line that fits counts. */
function isIgnored(name: string, lines: readonly string[]): boolean {
  let ignored = false;
  for (const line of lines) {
    const negated = line.startsWith('!');
    const pattern = (negated ? line.slice(1) : line).replace(/^\//, '').replace(/\/(?:\*\*?)?$/, '');
    if (pattern === '' || pattern.startsWith('#')) continue;
    const plain = pattern.replace(/^\*\*\//, '');
    const fits = plain === name || plain === '*' || plain === '**' || plain === '.*' || plain === `${name}*`;
    if (fits) ignored = !negated;
  }
  return ignored;
}

export const noHealthcheck: BuildRule = {
  id: 'build/no-healthcheck',
  title: 'The image says how its health is seen',
  severity: 'negligible',
  why: 'An engine cannot tell a program that hangs from one that works; Kubernetes asks by probes of its own.',
  elsewhere: [cis('4.6')],
  bad: 'FROM debian:12.5\nUSER 10001\nCMD ["/bin/server"]\n',
  good: 'FROM debian:12.5\nUSER 10001\nHEALTHCHECK CMD ["/bin/probe"]\nCMD ["/bin/server"]\n',
  *check({ file }) {
    const last = file.stages.at(-1);
    for (let stage = last; stage !== undefined; stage = stage.parent) if (stage.keywords.has('HEALTHCHECK')) return;
    if (last === undefined || !(last.keywords.has('CMD') || last.keywords.has('ENTRYPOINT'))) return;
    yield {
      instruction: last.from,
      sentence: 'No HEALTHCHECK says whether what the image starts works.',
      fix: 'Add HEALTHCHECK CMD ["program", "argument"].',
    };
  },
};
