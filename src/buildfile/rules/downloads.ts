import { type BuildRule, cis, nist } from '#buildfile/rule.ts';
import { withoutCredentials } from '#buildfile/rules/copy.ts';
import type { ShellWord, SimpleCommand, Statement } from '#buildfile/shell/ast.ts';
import { type Call, callsOf, hasFlag } from '#buildfile/shell/calls.ts';
import { literalText, plainText } from '#buildfile/shell/text.ts';
import { statementsOf, wordsOf } from '#buildfile/shell/walk.ts';
import { eachRun, inFile } from '#buildfile/sites.ts';

const INTERPRETER = /^(?:.*\/)?(?:(?:ba|da|a|z|k)?sh|python[\d.]*|perl|ruby|node|php)$/;
const LOADERS: ReadonlySet<string> = new Set(['curl', 'wget', 'fetch']);
/** They run what follows them. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'sudo',
  'env',
  'exec',
  'nohup',
  'time',
  'command',
  'doas',
  'gosu',
  'su-exec',
]);

export const remoteScript: BuildRule = {
  id: 'build/remote-script',
  title: 'No script from the network is run unseen',
  severity: 'high',
  why: 'Whoever controls the server, or breaks into it, decides what the build does; a connection cut short runs half of it.',
  elsewhere: [cis('4.11'), nist('4.1.5')],
  onHistory: true,
  bad: 'FROM debian:12.5\nRUN curl -fsSL https://example.com/install.sh | sh\n',
  good: `FROM debian:12.5\nADD --checksum=sha256:${'0'.repeat(64)} https://example.com/install.sh /tmp/install.sh\nRUN sh /tmp/install.sh\n`,
  check: ({ file }) =>
    eachRun(file, ({ script }) => {
      for (const statement of statementsOf(script)) {
        const loader = loadedAndRun(statement);
        if (loader === undefined) continue;
        const from = addressIn(loader);
        return {
          span: inFile(script, statement.at),
          sentence: `What ${from ?? 'a server'} sends is run as it comes.`,
          fix: 'Fetch it with ADD --checksum=sha256:… and run the file.',
        };
      }
      return undefined;
    }),
};

/** The command that downloads, where the statement runs its answer: by a pipe, or within an argument. */
function loadedAndRun(statement: Statement): SimpleCommand | undefined {
  if (statement.kind === 'pipeline') {
    for (const [index, part] of statement.parts.entries()) {
      if (index === 0 || part.kind !== 'simple' || !runsInput(part)) continue;
      const loader = statement.parts.slice(0, index).find(isLoader);
      if (loader?.kind === 'simple') return loader;
    }
    return undefined;
  }
  if (statement.kind !== 'simple') return undefined;
  const [program = '', ...rest] = programAndArguments(statement);
  const evaluates = program === 'eval' || program === 'source' || program === '.';
  const takesCode = INTERPRETER.test(program) && (rest.includes('-c') || rest.includes('-e') || rest.length === 0);
  const sources = INTERPRETER.test(program) || program === 'source' || program === '.';
  for (const word of wordsOf(statement)) {
    for (const part of word.parts.flatMap((one) => (one.kind === 'double' ? one.parts : [one]))) {
      const counts = part.kind === 'command' ? evaluates || takesCode : part.kind === 'process' && sources;
      if (!counts || (part.kind !== 'command' && part.kind !== 'process')) continue;
      const loader = part.body.find(isLoader);
      if (loader?.kind === 'simple') return loader;
    }
  }
  return undefined;
}

function isLoader(statement: Statement): boolean {
  return statement.kind === 'simple' && LOADERS.has(programAndArguments(statement)[0] ?? '');
}

/** Whether it is an interpreter that reads its program from the pipe. */
function runsInput(command: SimpleCommand): boolean {
  const [program = '', ...rest] = programAndArguments(command);
  if (!INTERPRETER.test(program)) return false;
  // A script's file, or code given as an argument: the pipe is only data then.
  const operand = rest.find((word) => !word.startsWith('-') || word === '-');
  const isShell = /sh$/.test(program);
  if (rest.some((word) => /^-[a-z]*c$/.test(word) || (!isShell && word === '-e'))) return false;
  return operand === undefined || operand === '-' || rest.includes('-s') || operand === '/dev/stdin';
}

/** What a command runs, also where another only starts it. */
function programAndArguments({ words }: SimpleCommand): readonly string[] {
  const texts = words.map((word: ShellWord) => literalText(word) ?? plainText(word));
  let at = 0;
  while (at < texts.length - 1 && WRAPPERS.has(texts[at] ?? '')) {
    at += 1;
    while (at < texts.length - 1 && /^-|^\w+=/.test(texts[at] ?? '')) at += 1;
  }
  return texts.slice(at);
}

function addressIn({ words }: SimpleCommand): string | undefined {
  const address = words.map(plainText).find((text) => /^https?:\/\//.test(text));
  return address === undefined ? undefined : withoutCredentials(address).slice(0, 200);
}

/** What switches a check of signatures or certificates off, and how it is called. */
function unchecked(call: Call): string | undefined {
  const { name, args } = call;
  const has = (...texts: readonly string[]) => args.some(({ text }) => texts.includes(text));
  const begins = (start: string) => args.some(({ text }) => text.startsWith(start));
  if (name === 'curl' && (has('--insecure') || args.some(({ text }) => /^-[A-Za-z]*k[A-Za-z]*$/.test(text)))) {
    return 'curl takes any certificate';
  }
  if (name === 'wget' && has('--no-check-certificate')) return 'wget takes any certificate';
  if (/^apt(?:-get)?$/.test(name)) {
    const off = has('--allow-unauthenticated', '--force-yes', '--allow-insecure-repositories');
    if (off || begins('Acquire::AllowInsecureRepositories') || begins('APT::Get::AllowUnauthenticated')) {
      return `${name} installs what nobody signed`;
    }
  }
  if (name === 'apk' && has('--allow-untrusted')) return 'apk installs what nobody signed';
  if (/^(?:yum|dnf|microdnf|tdnf)$/.test(name) && (has('--nogpgcheck') || begins('--setopt=gpgcheck=0'))) {
    return `${name} installs what nobody signed`;
  }
  if (name === 'zypper' && has('--no-gpg-checks', '--gpg-auto-import-keys')) return 'zypper takes any key';
  if (name === 'rpm' && has('--nosignature', '--nodigest')) return 'rpm installs what nobody signed';
  if (name.startsWith('pip') && hasFlag(call, 'trusted-host')) return 'pip takes any certificate';
  if (name === 'git' && /http\.sslVerify(?:=|\s+)false/i.test(textOf(call))) return 'git takes any certificate';
  if (/^(?:npm|yarn|pnpm)$/.test(name) && /strict-ssl(?:=|\s+)false/i.test(textOf(call))) {
    return `${name} takes any certificate`;
  }
  const off = /^(?:NODE_TLS_REJECT_UNAUTHORIZED=0|GIT_SSL_NO_VERIFY=\S+|PYTHONHTTPSVERIFY=0)$/;
  if (name === 'export' && args.some(({ text }) => off.test(text))) return 'programs take any certificate';
  return undefined;
}

function textOf({ args }: Call): string {
  return args
    .map(({ text }) => text)
    .join(' ')
    .slice(0, 2000);
}

export const uncheckedDownload: BuildRule = {
  id: 'build/unchecked-download',
  title: 'Signatures and certificates are checked',
  severity: 'high',
  why: 'Anybody between the build and the server can put other bytes in their place.',
  elsewhere: [cis('4.11'), nist('4.1.5')],
  onHistory: true,
  bad: 'FROM debian:12.5\nRUN curl -k -O https://example.com/a.tar.gz\n',
  good: 'FROM debian:12.5\nRUN curl -O https://example.com/a.tar.gz\n',
  check: ({ file }) =>
    eachRun(file, ({ script }) => {
      for (const call of callsOf(script)) {
        const what = unchecked(call);
        if (what === undefined) continue;
        return {
          span: inFile(script, call.command.at),
          sentence: `A check is switched off: ${what}.`,
          fix: 'Remove the option; add the missing key or certificate to the image.',
        };
      }
      return undefined;
    }),
};
