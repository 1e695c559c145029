import { type BuildRule, hadolint, nist } from '#buildfile/rule.ts';
import { type Argument, type Call, isCall } from '#buildfile/shell/calls.ts';
import { eachRun, inFile, listed } from '#buildfile/sites.ts';

const WHY = 'The same file gives another image tomorrow; whoever takes over a package is in the next build.';

function looseGems(call: Call): readonly Argument[] {
  if (!isCall(call, 'gem', 'install', 'i')) return [];
  if (call.args.some(({ text }) => text === '-v' || text === '--version' || text.startsWith('--version='))) return [];
  const loose: Argument[] = [];
  for (let at = 0; at < call.args.length; at += 1) {
    const argument = call.args[at];
    // What follows is for the extensions' builds.
    if (argument === undefined || argument.text === '--') break;
    if (argument.text.startsWith('-')) {
      if (!ALONE.has(argument.text) && !argument.text.includes('=')) at += 1;
    } else if (argument.text !== 'install' && argument.text !== 'i' && !argument.text.includes(':'))
      loose.push(argument);
  }
  return loose;
}

/** Options of gem that take no value. */
const ALONE: ReadonlySet<string> = new Set([
  ...['--no-document', '--no-doc', '--no-ri', '--no-rdoc', '-N', '-f', '--force', '-q', '--quiet', '-V', '--verbose'],
  ...[
    '--user-install',
    '--no-user-install',
    '-l',
    '--local',
    '-r',
    '--remote',
    '-w',
    '--wrappers',
    '-E',
    '--env-shebang',
  ],
  ...[
    '--conservative',
    '--minimal-deps',
    '--development',
    '--ignore-dependencies',
    '--pre',
    '--prerelease',
    '--silent',
  ],
]);

export const gemUnpinned: BuildRule = {
  id: 'build/gem-unpinned',
  title: 'gem installs named versions',
  severity: 'medium',
  why: WHY,
  elsewhere: [hadolint('DL3028'), nist('4.1.2')],
  onHistory: true,
  bad: 'FROM ruby:3.3-slim\nRUN gem install bundler\n',
  good: 'FROM ruby:3.3-slim\nRUN gem install bundler:2.5.11\n',
  check: ({ file }) =>
    eachRun(file, ({ calls, script }) => {
      const loose = calls.flatMap(looseGems);
      const [first] = loose;
      if (first === undefined) return undefined;
      return {
        span: inFile(script, first.at),
        sentence: `gem installs whatever version is current of ${listed(loose.map(({ text }) => text))}.`,
        fix: `Name a version: ${first.text}:VERSION.`,
      };
    }),
};

/** Options of go that stand apart from their value. */
const GO_WITH_VALUE: ReadonlySet<string> = new Set(
  ['ldflags', 'tags', 'gcflags', 'asmflags', 'mod', 'modfile', 'o', 'p', 'C', 'exec'].map((name) => `-${name}`),
);

function looseModules(call: Call): readonly Argument[] {
  if (call.name !== 'go') return [];
  const named = call.args.filter(
    ({ text }, index) => !text.startsWith('-') && !GO_WITH_VALUE.has(call.args[index - 1]?.text ?? ''),
  );
  const [verb, ...modules] = named;
  const given = verb?.text === 'run' ? modules.slice(0, 1) : modules.filter(({ text }) => text !== 'tool');
  if (!['run', 'install', 'get'].includes(verb?.text ?? '')) return [];
  return given.filter(({ text }) => {
    if (text.startsWith('.') || text.startsWith('/') || text.endsWith('.go')) return false;
    return !text.includes('@') || /@(?:latest|none)$/.test(text);
  });
}

export const goUnpinned: BuildRule = {
  id: 'build/go-unpinned',
  title: 'go installs named versions',
  severity: 'medium',
  why: WHY,
  elsewhere: [hadolint('DL3062'), nist('4.1.2')],
  onHistory: true,
  bad: 'FROM golang:1.22.3\nRUN go install example.com/tool@latest\n',
  good: 'FROM golang:1.22.3\nRUN go install example.com/tool@v1.4.2\n',
  check: ({ file }) =>
    eachRun(file, ({ calls, script }) => {
      const loose = calls.flatMap(looseModules);
      const [first] = loose;
      if (first === undefined) return undefined;
      return {
        span: inFile(script, first.at),
        sentence: `go takes whatever version is current of ${listed(loose.map(({ text }) => text))}.`,
        fix: `Name a version: ${first.text.replace(/@.*/, '')}@VERSION.`,
      };
    }),
};
