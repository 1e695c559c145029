import { type BuildRule, cis, hadolint, nist } from '#buildfile/rule.ts';
import { reachesAnImage } from '#buildfile/rules/apt-lists.ts';
import { type Call, isCall, operands } from '#buildfile/shell/calls.ts';
import { cleansTooLate, eachRun, inFile, listed, mountsOver, putAtEnd, runsOf } from '#buildfile/sites.ts';

function isPinned(text: string): boolean {
  if (/^git(?:\+ssh|\+https?)?:\/\//.test(text)) return text.includes('#');
  if (/\.(?:tar|tar\.gz|tgz)$/.test(text) || /^(?:\/|\.\/|\.\.\/|~\/)/.test(text)) return true;
  // The scope has an @ of its own.
  return text.slice(text.startsWith('@') ? 1 : 0).includes('@');
}

function looseIn(call: Call) {
  if (!isCall(call, 'npm', 'install')) return [];
  const [first, ...packages] = operands(call, ['loglevel', 'registry']);
  return first?.text === 'install' ? packages.filter(({ text }) => text !== 'install' && !isPinned(text)) : [];
}

export const npmUnpinned: BuildRule = {
  id: 'build/npm-unpinned',
  title: 'npm installs named versions',
  severity: 'medium',
  why: 'The same file gives another image tomorrow; whoever takes over a package is in the next build.',
  elsewhere: [hadolint('DL3016'), nist('4.1.2')],
  onHistory: true,
  bad: 'FROM node:22.2-slim\nRUN npm install -g typescript\n',
  good: 'FROM node:22.2-slim\nRUN npm install -g typescript@5.4.5\n',
  check: ({ file }) =>
    eachRun(file, ({ calls, script }) => {
      const loose = calls.flatMap(looseIn);
      const [first] = loose;
      if (first === undefined) return undefined;
      return {
        span: inFile(script, first.at),
        sentence: `npm installs whatever version is current of ${listed(loose.map(({ text }) => text))}.`,
        fix: `Name a version: ${first.text}@VERSION.`,
      };
    }),
};

const fills = (call: Call) => isCall(call, 'yarn', 'install');
const cleans = (call: Call) => isCall(call, 'yarn', 'cache', 'clean');

export const yarnCacheKept: BuildRule = {
  id: 'build/yarn-cache-kept',
  title: 'yarn keeps no cache in the image',
  severity: 'low',
  why: 'What was downloaded stays in the layer, though nothing reads it again.',
  elsewhere: [hadolint('DL3060'), cis('4.3')],
  onHistory: true,
  bad: 'FROM node:22.2-slim\nRUN yarn install\n',
  good: 'FROM node:22.2-slim\nRUN yarn install && yarn cache clean\n',
  *check({ file }) {
    const shipped = file.stages.filter((stage) => reachesAnImage(file, stage));
    const sites = [
      ...runsOf([...file.preamble, ...shipped.flatMap(({ instructions }) => instructions)], 'own'),
      ...runsOf(file.instructions, 'held-back'),
    ];
    for (const site of sites) {
      const first = site.calls.find(fills);
      if (first === undefined || !cleansTooLate(site.calls, fills, cleans)) continue;
      if (mountsOver(site.run, '.cache/yarn') && !site.calls.some(cleans)) continue;
      yield {
        instruction: site.instruction,
        span: inFile(site.script, first.command.at),
        sentence: 'yarn leaves what it downloaded in the layer.',
        fix: 'End the same RUN with: yarn cache clean',
        edits: putAtEnd(site, 'yarn cache clean'),
      };
    }
  },
};

export const npmInstallForCi: BuildRule = {
  id: 'build/npm-install-ignores-lock',
  title: 'A build installs what the lock file names',
  severity: 'low',
  why: 'npm install may change the lock file and take newer versions; npm ci takes exactly what was reviewed, or fails.',
  elsewhere: [nist('4.1.2')],
  bad: 'FROM node:22.2-slim\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm install\n',
  good: 'FROM node:22.2-slim\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\n',
  check: ({ file }) => {
    const lock = file.instructions.some(
      ({ keyword, words }) => keyword === 'COPY' && words.some(({ text }) => /package-lock\.json|package\*/.test(text)),
    );
    return eachRun(file, ({ calls, script }) => {
      const call = calls.find((one) => isCall(one, 'npm', 'install', 'i') && operands(one).length === 1);
      const local = call !== undefined && !call.args.some(({ text }) => text === '-g' || text === '--global');
      if (!lock || call === undefined || !local) return undefined;
      return {
        span: inFile(script, call.command.at),
        sentence: 'npm install does not keep to the lock file that was copied.',
        fix: 'Call npm ci.',
      };
    });
  },
};
