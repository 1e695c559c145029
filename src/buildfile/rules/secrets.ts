import type { Stage } from '#buildfile/model/build-file.ts';
import { pairsOf } from '#buildfile/model/pairs.ts';
import { type BuildRule, cis, hadolint, nist } from '#buildfile/rule.ts';
import { copied, isAddress } from '#buildfile/rules/copy.ts';
import { secretArguments } from '#buildfile/rules/secret-arguments.ts';
import { isPlaceholder, isSecretName, secretShape } from '#buildfile/rules/secret-words.ts';
import { inFile, runsOf } from '#buildfile/sites.ts';

const WHY =
  'Everybody who can pull the image can read it, in its history or in the layer, also when a later step removes it.';
const FIX =
  'Give it to the step that needs it: RUN --mount=type=secret,id=NAME …; to the running program by a file or a store of secrets.';

export const secretInVariable: BuildRule = {
  id: 'build/secret-in-variable',
  title: 'No secrets in ENV, ARG and LABEL',
  severity: 'critical',
  why: WHY,
  elsewhere: [cis('4.10'), nist('4.1.4')],
  onHistory: true,
  bad: 'FROM debian:12.5\nENV API_TOKEN=9f2kd83hf7sl2\n',
  good: 'FROM debian:12.5\nENV API_TOKEN_FILE=/run/secrets/api-token\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      const { keyword } = instruction;
      if (keyword !== 'ENV' && keyword !== 'ARG' && keyword !== 'LABEL') continue;
      for (const { name, value, span } of pairsOf(instruction)) {
        const shape = secretShape(value);
        const named = keyword !== 'LABEL' && isSecretName(name) && !isPlaceholder(value);
        if (shape === undefined && !named) continue;
        yield {
          instruction,
          span,
          sentence: `${keyword} ${name} holds ${shape ?? 'what is called like a secret'}.`,
          fix: FIX,
          evidence: `${name}=…`,
          // A name alone may mislead: defaults of a development database are called passwords too.
          severity: shape !== undefined ? 'critical' : 'high',
        };
        break;
      }
    }
  },
};

/** Names of a service that hold no secret themselves, but belong to one. */
const SENSITIVE_WORD = /api_key|client_key|password|private|secret|token|username/i;

export const sensitiveName: BuildRule = {
  id: 'build/sensitive-name',
  title: 'ARG and ENV are not called like secrets',
  severity: 'low',
  why: 'What is given to them is kept in the image’s history and shown by docker inspect.',
  elsewhere: [hadolint('DL3064'), cis('4.10')],
  bad: 'FROM debian:12.5\nARG NPM_TOKEN\n',
  good: 'FROM debian:12.5\nRUN --mount=type=secret,id=npm make\n',
  *check({ file }) {
    for (const outer of file.instructions) {
      const instruction = outer.trigger ?? outer;
      if (instruction.keyword !== 'ENV' && instruction.keyword !== 'ARG') continue;
      const pair = pairsOf(instruction).find(
        // These say where a secret lies, which is how it should be.
        ({ name }) =>
          !/_(?:FILE|PATH|DIR)$/i.test(name) && (SENSITIVE_WORD.test(name) || OTHER_NAMES.has(name.toUpperCase())),
      );
      if (pair === undefined) continue;
      yield {
        instruction: outer,
        span: pair.span,
        sentence: `${instruction.keyword} ${pair.name} is called like something to be kept secret.`,
        fix: 'Use RUN --mount=type=secret,id=NAME.',
      };
    }
  },
};

const OTHER_NAMES: ReadonlySet<string> = new Set([
  ...['APPLICATION_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'CI_DEPLOY_USER', 'DOCKER_EMAIL'],
  ...['FACEBOOK_APP_ID', 'HEROKU_API_USER', 'OKTA_AUTHN_GROUPID', 'OKTA_CLIENT_ORGURL', 'OKTA_OAUTH2_CLIENTID'],
  ...['STRIPE_DEVICE_NAME', 'TRAVIS_OS_NAME', 'TRAVIS_SECURE_ENV_VARS', 'TRAVIS_SUDO'],
]);

export const secretInRun: BuildRule = {
  id: 'build/secret-in-run',
  title: 'No secrets in what RUN executes',
  severity: 'critical',
  why: WHY,
  elsewhere: [cis('4.10'), nist('4.1.4')],
  onHistory: true,
  bad: 'FROM debian:12.5\nRUN curl -u ada:4tgh3kd92 -O https://example.com/a\n',
  good: 'FROM debian:12.5\nRUN --mount=type=secret,id=netrc,target=/root/.netrc curl -n -O https://example.com/a\n',
  *check({ file }) {
    for (const { instruction, script, calls } of runsOf(file.instructions)) {
      const shape = secretShape(script.text);
      const [found] = secretArguments(script, calls);
      if (shape === undefined && found === undefined) continue;
      yield {
        instruction,
        ...(found === undefined ? {} : { span: inFile(script, found.at) }),
        severity: shape !== undefined ? 'critical' : 'high',
        sentence: `RUN holds ${shape ?? found?.called ?? 'a secret'}.`,
        fix: FIX,
      };
    }
  },
};

const SECRET_FILE =
  /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|\.pgpass|\.git-credentials|\.env(?:\.(?!example$|sample$|template$|dist$|defaults?$)[\w-]+)?|\.htpasswd|\.aws\/credentials|\.docker\/config\.json|\.dockercfg|\.kube\/config|\.vault-token|service[-_]account[\w-]*\.json|[\w.-]*\.(?:kdbx|p12|pfx|jks|keystore)|[\w.-]*(?:private|server|tls|ssl)[\w.-]*\.key|secrets?\.(?:ya?ml|json|env|txt))$/i;
/** Directories that hold nothing else. */
const SECRET_DIRECTORY = /(?:^|\/)\.(?:ssh|aws|gnupg|kube|azure)\/?$/;
/** What npm and pip read their tokens from; often without one. */
const MAYBE_SECRET =
  /(?:^|\/)(?:\.npmrc|\.pypirc|\.yarnrc(?:\.yml)?|pip\.conf|settings\.xml|gradle\.properties|auth\.json)$/;

export const secretCopied: BuildRule = {
  id: 'build/secret-copied',
  title: 'No files with secrets are copied',
  severity: 'high',
  why: WHY,
  elsewhere: [cis('4.10'), nist('4.1.4')],
  onHistory: true,
  bad: 'FROM debian:12.5\nCOPY id_rsa /root/.ssh/id_rsa\n',
  good: 'FROM debian:12.5\nRUN --mount=type=ssh git clone git@example.com:team/app.git\n',
  *check({ file }) {
    for (const instruction of file.instructions) {
      if (instruction.keyword !== 'COPY' && instruction.keyword !== 'ADD') continue;
      if (instruction.flags.some(({ name }) => name === 'from')) continue;
      const { sources } = copied(instruction);
      const files = sources.filter(({ text }) => text.length < 500 && !isAddress(text) && !text.startsWith('<<'));
      const sure = files.find(({ text }) => SECRET_FILE.test(text) || SECRET_DIRECTORY.test(text));
      const found = sure ?? files.find(({ text }) => MAYBE_SECRET.test(text));
      if (found === undefined) continue;
      const discarded = isDiscarded(file.stageOf(instruction), file.stages.length);
      yield {
        instruction,
        span: found.span,
        severity: sure === undefined || discarded ? 'medium' : 'high',
        sentence: `${found.text} is copied, which ${sure === undefined ? 'may hold' : 'holds'} secrets.`,
        fix: 'Mount it where it is needed: RUN --mount=type=secret,id=NAME,target=PATH …; and name it in .dockerignore.',
      };
    }
  },
};

/** A stage before the last is kept by the builder’s cache only. */
function isDiscarded(stage: Stage | undefined, stages: number): boolean {
  return stage !== undefined && stage.index < stages - 1;
}

export const removedTooLate: BuildRule = {
  id: 'build/removed-too-late',
  title: 'What is not to be in the image is not copied into it first',
  severity: 'medium',
  why: 'Removing a file makes a further layer that hides it; the layer before still has it, for whoever pulls the image.',
  elsewhere: [cis('4.10'), nist('4.1.4')],
  bad: 'FROM debian:12.5\nCOPY deploy.key /tmp/deploy.key\nRUN make && rm /tmp/deploy.key\n',
  good: 'FROM debian:12.5\nRUN --mount=type=secret,id=deploy,target=/tmp/deploy.key make\n',
  *check({ file }) {
    const last = file.stages.at(-1);
    if (last === undefined) return;
    const there = new Map<string, string>();
    for (const instruction of last.instructions) {
      if (instruction.keyword === 'COPY' || instruction.keyword === 'ADD') {
        const { sources, target } = copied(instruction);
        const [only] = sources;
        if (target === undefined || only === undefined || sources.length > 1 || !target.text.startsWith('/')) continue;
        const name = only.text.split('/').at(-1) ?? '';
        there.set(target.text.endsWith('/') ? `${target.text}${name}` : target.text, only.text);
      }
      for (const { calls, script } of runsOf([instruction], 'own')) {
        const removal = calls.find(({ name, args }) => name === 'rm' && args.some(({ text }) => there.has(text)));
        const removed = removal?.args.find(({ text }) => there.has(text));
        if (removal === undefined || removed === undefined) continue;
        yield {
          instruction,
          span: inFile(script, removal.command.at),
          sentence: `${removed.text} is removed, but stays in the layer that copied it.`,
          fix: 'Use it in a stage before, or RUN --mount=type=bind,source=PATH,target=PATH.',
        };
      }
    }
  },
};
