/** Values that are secrets by their shape, whatever they are called. */
const SHAPES: readonly { readonly called: string; readonly pattern: RegExp }[] = [
  { called: 'an AWS access key', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { called: 'a GitHub token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{22,}/ },
  { called: 'a GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{20,}/ },
  { called: 'a Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/ },
  { called: 'a Stripe key', pattern: /\b[sr]k_live_[A-Za-z0-9]{16,}/ },
  { called: 'a Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}\b/ },
  { called: 'an npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { called: 'a PyPI token', pattern: /\bpypi-[A-Za-z0-9_-]{50,}/ },
  { called: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
  {
    called: 'a JSON Web Token',
    pattern: /\beyJ[A-Za-z0-9_-]{10,300}\.eyJ[A-Za-z0-9_-]{10,3000}\.[A-Za-z0-9_-]{10,100}/,
  },
];

/** What sort of secret a text holds, by its shape; undefined where none is seen. The secret itself is never given. */
export function secretShape(text: string): string | undefined {
  return SHAPES.find(({ pattern }) => pattern.test(text))?.called;
}

const SECRET_NAME =
  /(?:^|[_.-])(?:PASS(?:WORD|WD|PHRASE)?|PWD|SECRET(?:S)?|TOKEN|CREDENTIALS?|API_?KEY|ACCESS_?KEY|AUTH_?KEY|PRIVATE_?KEY|CLIENT_?KEY|SECRET_?KEY|ENCRYPTION_?KEY|SIGNING_?KEY|AUTH)(?:$|[_.-])/i;
const JOINED_NAME = /(?:password|passwd|secret|apikey|accesstoken|authtoken)/i;
/** Names that hold such a word and are none: where a secret lies, how long it lasts, whether it is used. */
const ABOUT =
  /(?:^|[_.-])(?:FILE|PATH|DIR|URL|URI|HOST|PORT|NAME|ID|TTL|EXPIRY|EXPIRATION|LIFETIME|LENGTH|TYPE|ENABLED|DISABLED|REQUIRED|ALGORITHM|METHOD|HEADER|MODE|PREFIX|SUFFIX|POLICY|PUBLIC|SOCK|ENDPOINT)$|^(?:PWD|OLDPWD|PUBLIC_|NO_)/i;

/** Whether a variable is called like a secret. */
export function isSecretName(name: string): boolean {
  return (SECRET_NAME.test(name) || JOINED_NAME.test(name)) && !ABOUT.test(name);
}

/** Values that stand for nothing: empty ones, variables, what is to be filled in. */
export function isPlaceholder(value: string): boolean {
  const text = value.trim();
  if (text === '' || /^\$[\w{(]|^<.*>$|^\{\{.*\}\}$|^%\w+%$/.test(text)) return true;
  if (/^(?:true|false|yes|no|on|off|none|null|nil|undefined|\d{1,3})$/i.test(text)) return true;
  return /^(?:x{3,}|\*{3,}|\.{3,}|change[_-]?me.*|replace[_-]?me.*|to[_-]?be[_-]?.*|todo|fixme|your[_-].*|dummy.*|placeholder.*|unset|not[_-]?set)$/i.test(
    text,
  );
}
