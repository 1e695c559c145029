import type { BuildRule } from '#buildfile/rule.ts';
import { bashism, commandAt, operationAt, partAt } from '#buildfile/rules/shell/bashism.ts';
import { nameOf } from '#buildfile/rules/shell/words-of.ts';
import { hasFlag } from '#buildfile/shell/calls.ts';
import { expansionsOf } from '#buildfile/shell/expansions-of.ts';
import { literalText } from '#buildfile/shell/text.ts';
import { simpleCommands, statementsOf } from '#buildfile/shell/walk.ts';

const isTest = (name: string) => name === '[' || name === 'test';

/** What only bash and its relatives know. */
export const BASHISMS: readonly BuildRule[] = [
  bashism({
    id: 'process-substitution',
    code: 'SC3001',
    called: 'Process substitution <( )',
    bad: 'diff <(ls a) <(ls b)',
    good: 'ls a > 1; ls b > 2; diff 1 2',
    at: (subject) => partAt(subject, ({ kind }) => kind === 'process'),
  }),
  bashism({
    id: 'dollar-quote',
    code: 'SC3003',
    called: "Quoting with $'…'",
    bad: "echo $'a\\tb'",
    good: "printf 'a\\tb\\n'",
    at: (subject) => partAt(subject, (part) => part.kind === 'single' && part.ansi === true),
  }),
  bashism({
    id: 'arithmetic-command',
    code: 'SC3006',
    called: 'The command (( ))',
    bad: '(( 1 < 2 )) && echo yes',
    good: '[ 1 -lt 2 ] && echo yes',
    at: ({ script }) =>
      statementsOf(script).find((one) => one.kind === 'compound' && one.construct === 'arithmetic')?.at,
  }),
  bashism({
    id: 'brace-expansion',
    code: 'SC3009',
    called: 'Brace expansion {a,b}',
    bad: 'mkdir -p /srv/{in,out}',
    good: 'mkdir -p /srv/in /srv/out',
    at: (subject) => partAt(subject, ({ kind }, quoted) => kind === 'brace' && !quoted),
  }),
  bashism({
    id: 'double-brackets',
    code: 'SC3010',
    called: 'The test [[ ]]',
    bad: '[[ -f /etc/x ]] || exit 1',
    good: '[ -f /etc/x ] || exit 1',
    at: ({ script }) => statementsOf(script).find(({ kind }) => kind === 'test')?.at,
  }),
  bashism({
    id: 'here-string',
    code: 'SC3011',
    called: 'The redirection <<<',
    bad: 'cat <<< "a"',
    good: 'echo a | cat',
    at: ({ script }) =>
      simpleCommands(script)
        .flatMap(({ redirects }) => redirects)
        .find(({ operator }) => operator.endsWith('<<<'))?.at,
  }),
  bashism({
    id: 'double-equals',
    code: 'SC3014',
    called: 'Comparing with ==',
    bad: '[ "$HOME" == / ] && exit 1',
    good: '[ "$HOME" = / ] && exit 1',
    at: (subject) => commandAt(subject, (name, rest) => isTest(name) && rest.includes('==')),
  }),
  bashism({
    id: 'both-redirected',
    code: 'SC3020',
    called: 'The redirection &>',
    bad: 'make &> log',
    good: 'make > log 2>&1',
    at: ({ script }) =>
      simpleCommands(script)
        .flatMap(({ redirects }) => redirects)
        .find(({ operator }) => operator.startsWith('&>'))?.at,
  }),
  bashism({
    id: 'append-assignment',
    code: 'SC3024',
    called: 'Assigning with +=',
    bad: 'flags=-O2; flags+=" -g"; make CFLAGS="$flags"',
    good: 'flags=-O2; flags="$flags -g"; make CFLAGS="$flags"',
    at: ({ script }) =>
      simpleCommands(script)
        .flatMap(({ assignments }) => assignments)
        .find(({ append }) => append)?.at,
  }),
  bashism({
    id: 'bash-variable',
    code: 'SC3028',
    called: 'A variable that bash sets',
    bad: 'echo "$RANDOM"',
    good: 'od -An -N2 -tu2 /dev/urandom',
    at: ({ script }) =>
      expansionsOf(script).find(({ part }) => part.kind === 'variable' && OF_BASH.has(part.name))?.part.at,
  }),
  bashism({
    id: 'array',
    code: 'SC3030',
    called: 'A list in parentheses',
    bad: 'files=(a b); cp "$files" /app',
    good: 'cp a b /app',
    at: (subject) => partAt(subject, ({ kind }) => kind === 'array'),
  }),
  bashism({
    id: 'echo-option',
    code: 'SC3037',
    called: 'echo with options',
    bad: 'echo -e "a\\tb"',
    good: "printf 'a\\tb\\n'",
    at: ({ script, shell }) =>
      simpleCommands(script).find((command) => {
        const first = command.words[1];
        const option = first === undefined ? '' : (literalText(first) ?? '');
        const known = shell === 'dash' || shell === 'ash' ? /^-[eE]+$/ : /^-[neE]+$/;
        return nameOf(command) === 'echo' && known.test(option);
      })?.at,
  }),
  bashism({
    id: 'set-option',
    code: 'SC3040',
    called: 'set -o pipefail',
    bad: 'set -o pipefail && sort a | uniq > b',
    good: 'sort a > b && uniq b > c',
    at: (subject) =>
      subject.shell === 'ash'
        ? undefined
        : commandAt(
            subject,
            (name, rest) =>
              name === 'set' &&
              /^[-+][a-z]*o$/.test(rest.find((one) => /o$/.test(one)) ?? '') &&
              rest.includes('pipefail'),
          ),
  }),
  bashism({
    id: 'local',
    code: 'SC3043',
    called: 'local',
    bad: 'f() { local a; a=1; echo "$a"; }; f',
    good: 'f() { a=1; echo "$a"; }; f',
    at: (subject) => (subject.shell === 'sh' ? commandAt(subject, (name) => name === 'local') : undefined),
  }),
  bashism({
    id: 'bash-builtin',
    code: 'SC3044',
    called: 'A builtin of bash',
    bad: 'pushd /src && make && popd',
    good: 'make -C /src',
    at: (subject) =>
      commandAt(subject, (name) =>
        [
          'declare',
          'typeset',
          'pushd',
          'popd',
          'shopt',
          'compgen',
          'complete',
          'disown',
          'dirs',
          'enable',
          'mapfile',
          'readarray',
        ].includes(name),
      ),
  }),
  bashism({
    id: 'builtin-option',
    code: 'SC3045',
    called: 'An option that bash’s builtins have',
    bad: 'read -p "Name: " NAME && echo "$NAME"',
    good: 'read -r NAME && echo "$NAME"',
    at: ({ calls }) =>
      calls.find(
        (call) =>
          (call.name === 'read' && hasFlag(call, 'p', 'a', 'd', 'e', 'n', 's', 't', 'u')) ||
          (call.name === 'export' && hasFlag(call, 'f', 'n')) ||
          (call.name === 'printf' && call.args[0]?.text === '-v') ||
          (call.name === 'type' && hasFlag(call, 'p', 't', 'a')),
      )?.command.at,
  }),
  bashism({
    id: 'source',
    code: 'SC3046',
    called: 'source',
    bad: 'source /etc/profile',
    good: '. /etc/profile',
    at: (subject) => commandAt(subject, (name) => name === 'source'),
  }),
  bashism({
    id: 'array-reference',
    code: 'SC3054',
    called: 'A reference into a list',
    bad: 'echo "$' + '{names[0]}"',
    good: 'echo "$names"',
    at: (subject) => operationAt(subject, (operation) => operation.startsWith('[')),
  }),
  bashism({
    id: 'substring',
    code: 'SC3057',
    called: 'Taking a part of a text with {name:0:1}',
    bad: 'echo "$' + '{HOME:0:1}"',
    good: 'echo "$HOME" | cut -c 1',
    at: (subject) => operationAt(subject, (operation) => /^:[^-=+?]/.test(operation)),
  }),
  bashism({
    id: 'case-change',
    code: 'SC3059',
    called: 'Changing the case with {name^^}',
    bad: 'echo "$' + '{HOME^^}"',
    good: "echo \"$HOME\" | tr '[:lower:]' '[:upper:]'",
    at: (subject) => operationAt(subject, (operation) => /^[\^,]/.test(operation)),
  }),
  bashism({
    id: 'text-replacement',
    code: 'SC3060',
    called: 'Replacing with {name/a/b}',
    bad: 'echo "$' + '{HOME/a/b}"',
    good: 'echo "$HOME" | sed s/a/b/',
    at: (subject) => operationAt(subject, (operation) => operation.startsWith('/')),
  }),
];

const OF_BASH: ReadonlySet<string> = new Set([
  ...['RANDOM', 'HOSTNAME', 'OSTYPE', 'HOSTTYPE', 'MACHTYPE', 'SECONDS', 'UID', 'EUID', 'SHLVL', 'DIRSTACK', 'BASHPID'],
  ...['BASH_SOURCE', 'BASH_VERSION', 'FUNCNAME', 'PIPESTATUS', 'SHELLOPTS', 'EPOCHSECONDS'],
]);
