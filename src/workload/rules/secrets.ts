import { cis, inContainers, nist, pci, type RunRule, soc, who } from '#workload/rule.ts';
import { nameOf } from '#workload/rules/names.ts';

const SECRET_NAME =
  /(?:^|[_.-])(?:PASS|PASSWD|PASSWORD|PASSPHRASE|PASSWORDS|SECRET|SECRETS|TOKEN|TOKENS|API_?KEY|APIKEY|ACCESS_?KEY|SECRET_?KEY|PRIVATE_?KEY|ENCRYPTION_?KEY|SIGNING_?KEY|MASTER_?KEY|CREDENTIAL|CREDENTIALS)$/i;
/** `dbPassword`, `DBPASSWORD`. */
const RUN_TOGETHER = /[a-z](?:Password|Passwd|Secret|Token|ApiKey|PrivateKey)$|(?:PASSWORD|PASSWD)$/;
/** What stands there instead of the secret: nothing, a switch, where it lies, a placeholder. */
const NO_SECRET =
  /^(?:|true|false|yes|no|on|off|none|null|\d{1,4}|<.*>|\*+|x+|\$\(.*\)|\$\{.*\}|\{\{.*\}\}|\/[\w./-]+|(?:file|vault|secret|arn|ssm|op|sops):.*)$/i;
/** Values that are secrets under any name. */
const SECRET_VALUE: readonly (readonly [RegExp, string])[] = [
  [/\bAKIA[0-9A-Z]{16}\b/, 'an access key of AWS'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/\bgh[pousr]_[A-Za-z0-9]{36}/, 'a token of GitHub'],
  [/\bglpat-[\w-]{20}/, 'a token of GitLab'],
  [/\bxox[abprs]-[\w-]{10}/, 'a token of Slack'],
  [/\bsk_live_[A-Za-z0-9]{16}/, 'a key of Stripe'],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/, 'a signed token'],
  [/^[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:(?!\$|<|\{)[^\s:/@]+@/i, 'an address with a password in it'],
];

/** What kind of secret a variable holds; undefined for none. */
function secretIn(name: string, value: string): string | undefined {
  const kind = SECRET_VALUE.find(([pattern]) => pattern.test(value.slice(0, 10_000)))?.[1];
  if (kind !== undefined) return kind;
  const named = SECRET_NAME.test(name) || RUN_TOGETHER.test(name);
  return named && !NO_SECRET.test(value.trim()) ? 'what its name calls a secret' : undefined;
}

export const secretInEnvironment: RunRule = {
  id: 'run/secret-in-environment',
  title: 'secrets are not in the environment',
  severity: 'high',
  why: 'Whoever can read the file, inspect the container or see a crash report has the secret; and the repository keeps it for ever.',
  elsewhere: [cis('4.10'), nist('4.1.4'), pci('8.6.2'), soc('CC6.1')],
  bad: 'services:\n  web:\n    image: example/web:1.2\n    environment:\n      DB_PASSWORD: correct-horse\n',
  good: 'services:\n  web:\n    image: example/web:1.2\n    environment:\n      DB_PASSWORD_FILE: /run/secrets/db\n    secrets: [db]\nsecrets:\n  db:\n    file: ./db.secret\n',
  workload: (workload) =>
    inContainers(workload, (container) =>
      container.environment.flatMap(({ name, value, at }) => {
        const kind = value === undefined ? undefined : secretIn(name, value);
        if (kind === undefined) return [];
        return {
          at: [at],
          sentence: `${who(container)} gets ${kind} in the variable ${name.slice(0, 80)}.`,
          fix: `Hand it over by ${nameOf('secrets', workload)}, and replace the secret: it is no longer one.`,
        };
      }),
    ),
};
