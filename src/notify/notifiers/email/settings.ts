import * as z from 'zod/mini';
import { isLoopback } from '#base/http/loopback.ts';
import type { TargetParts } from '#notify/notifier.ts';
import { invalidSettings, readParts } from '#notify/settings.ts';

const schema = z.strictObject({
  /** `host` or `host:port`. */
  smtp: z.string(),
  tls: z._default(z.enum(['starttls', 'implicit', 'none']), 'starttls'),
  from: z.string(),
  to: z.array(z.string()).check(z.minLength(1), z.maxLength(20)),
  user: z.optional(z.string()),
  password: z.optional(z.string()),
});

export interface EmailSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly from: string;
  readonly to: readonly string[];
  readonly login: { readonly user: string; readonly password: string } | undefined;
}

const PORTS = { starttls: 587, implicit: 465, none: 25 } as const;
const HINT =
  'Mail takes --smtp HOST[:PORT], --from and --to; a login takes --user and --password-file. STARTTLS unless --tls says otherwise.';

/** @throws `NOTIFY_SETTINGS_INVALID` */
export function emailSettings(parts: TargetParts): EmailSettings {
  const { smtp, tls, from, to, user, password } = readParts(schema, parts, HINT);
  const { host, port } = serverOf(smtp, PORTS[tls]);
  for (const address of [from, ...to]) refuseAddress(address);
  if ((user === undefined) !== (password === undefined)) {
    throw invalidSettings('A login is a user and a password', 'Give both --user and --password-file, or neither.');
  }
  const login = user === undefined || password === undefined ? undefined : { user, password };
  if (tls === 'none' && !isLoopback(host)) {
    throw invalidSettings(`${host} would be told without encryption`, '--tls none is for this machine only.');
  }
  if (tls === 'none' && login !== undefined) {
    throw invalidSettings('A password would be sent without encryption', 'Leave out --tls none, or the login.');
  }
  if (login !== undefined && (/\p{Cc}/u.test(login.user) || /\p{Cc}/u.test(login.password))) {
    throw invalidSettings('User or password have control characters', 'The file holds the password on one line.');
  }
  return { host, port, tls, from, to, login };
}

function serverOf(text: string, fallback: number): { readonly host: string; readonly port: number } {
  const found = /^(\[[0-9a-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?$/i.exec(text);
  const [, host, port] = found ?? [];
  const number = port === undefined ? fallback : Number(port);
  if (host !== undefined && number > 0 && number < 65_536) {
    return { host: host.startsWith('[') ? host.slice(1, -1) : host, port: number };
  }
  throw invalidSettings(`${JSON.stringify(text.slice(0, 100))} is no mail server`, 'Write HOST or HOST:PORT.');
}

/** Plain addresses only: no names, comments, quoted parts or lists, so that nothing in one can become another. */
function refuseAddress(text: string): void {
  if (/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$/.test(text)) return;
  throw invalidSettings(`${JSON.stringify(text.slice(0, 100))} is no plain mail address`, 'Write name@host.');
}
