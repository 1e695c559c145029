import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificates } from './private-authority.ts';
import { type StartedServer, startServer } from './started-server.ts';

/** What tests with a mail server need, for `needs`. */
export const SMTP_RECEIVER = '/usr/lib/python3/dist-packages/aiosmtpd/__init__.py';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly tls: boolean;
  readonly login: boolean;
  readonly headers: readonly (readonly [string, string])[];
  readonly text: string;
  readonly raw: string;
}

export interface SmtpReceiver extends StartedServer {
  mails(): readonly ReceivedMail[];
}

export interface SmtpReceiverOptions {
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly certificates?: Certificates;
  readonly login?: { readonly user: string; readonly password: string };
  readonly refuse?: readonly string[];
}

/** Starts Debian’s aiosmtpd on loopback, which takes mails into a directory. */
export async function startSmtpReceiver(directory: string, options: SmtpReceiverOptions): Promise<SmtpReceiver> {
  mkdirSync(directory, { recursive: true });
  const { tls, certificates, login, refuse = [] } = options;
  const server = await startServer('/usr/bin/python3', (port) => [
    join(import.meta.dirname, 'smtp-receiver.py'),
    JSON.stringify({
      ...{ port, directory, tls, refuse, certificate: certificates?.certificate, key: certificates?.key },
      ...{ user: login?.user ?? '', password: login?.password ?? '' },
    }),
  ]);
  return {
    ...server,
    mails: () =>
      readdirSync(directory)
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8'))),
  };
}
