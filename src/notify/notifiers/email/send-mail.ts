import type { SMTPSentMessageInfo, SMTPTransportOptions } from 'nodemailer';
import { createTransport } from 'nodemailer';
import { authorities } from '#base/http/certificates.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import { linesOf, type Message, titleOf } from '#notify/message.ts';
import type { Answer, SendContext } from '#notify/notifier.ts';
import type { EmailSettings } from '#notify/notifiers/email/settings.ts';

const ANSWER_BYTES = 64 * 1024;
const STEP_MS = 15_000;

/**
 * Hands one mail to a server: over TLS with its certificate checked, unless it is on this machine and asked for otherwise.
 * Text only; it cannot name files, addresses or further headers.
 */
export async function sendMail(settings: EmailSettings, message: Message, context: SendContext): Promise<Answer> {
  const { host, from, to } = settings;
  try {
    const transport = createTransport(optionsOf(settings, context));
    const sent = await transport.sendMail({
      from: { name: '', address: from },
      to: to.map((address) => ({ name: '', address })),
      subject: `Holdfast: ${titleOf(message)}`,
      text: `${linesOf(message).join('\n')}\n`,
      date: context.now(),
      // The same when it is sent again.
      messageId: `<${message.id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
      // RFC 3834: nobody's absence note answers it.
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal: context.signal,
    });
    return answerOf(host, sent);
  } catch (error) {
    return failureOf(host, error);
  }
}

function optionsOf({ host, port, tls, login }: EmailSettings, { environment }: SendContext): SMTPTransportOptions {
  const ca = authorities(environment);
  return {
    ...{ host, port, secure: tls === 'implicit', requireTLS: tls === 'starttls', ignoreTLS: tls === 'none' },
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca === undefined ? {} : { ca: [...ca] }) },
    // With a login, a server that offers none is not told without it.
    ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password }, forceAuth: true }),
    ...{ connectionTimeout: STEP_MS, greetingTimeout: STEP_MS, dnsTimeout: STEP_MS, socketTimeout: STEP_MS },
    ...{ socketCloseTimeout: 1_000, maxResponseSize: ANSWER_BYTES },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  };
}

function answerOf(host: string, { accepted, rejected }: SMTPSentMessageInfo): Answer {
  if (rejected.length === 0) return { kind: 'taken' };
  const all = accepted.length + rejected.length;
  const message = `${host} took the mail, but not for ${rejected.length} of ${all} addresses`;
  return { kind: 'refused', code: 'NOTIFY_REFUSED', message, hint: 'Check the addresses of --to.' };
}

const PASSING: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'did not answer in time',
  ECONNECTION: 'cannot be reached',
  ESOCKET: 'cannot be reached',
  EDNS: 'cannot be reached: its name is not known',
  ECONNREFUSED: 'cannot be reached: the connection was refused',
};

/** What a server says is not repeated: only its number, and what it was about. */
function failureOf(host: string, error: unknown): Answer {
  if (error instanceof HoldfastError) {
    return {
      kind: 'refused',
      code: 'NOTIFY_UNREACHABLE',
      message: `${host}: the certificates to trust cannot be read`,
    };
  }
  const refused = (message: string, hint: string): Answer => ({
    ...{ kind: 'refused', code: 'NOTIFY_REFUSED' },
    ...{ message: `${host} ${message}`, hint },
  });
  const code = systemCode(error) ?? '';
  const status = statusOf(error);
  if (error instanceof Error && /abort/i.test(`${error.name} ${code}`)) return later(host, 'did not answer in time');
  if (status !== undefined && status >= 400 && status <= 499) {
    return later(host, code === 'ETLS' ? `offers no encrypted connection (${status})` : `says later (${status})`);
  }
  if (code === 'EAUTH') return refused(`does not take the login${numbered(status)}`, 'Check --user and the password.');
  if (code === 'ETLS' || isCertificate(error)) {
    return refused(
      'offers no connection that is encrypted and trusted here',
      'It must offer STARTTLS (or --tls implicit) with a certificate for its name; a private authority is named in SSL_CERT_FILE.',
    );
  }
  const reason = PASSING[code];
  if (reason !== undefined && status === undefined) return later(host, reason);
  return refused(
    `does not take the mail${numbered(status)}`,
    'Check --from, --to and whether it takes mail from here.',
  );
}

function later(host: string, reason: string): Answer {
  return { kind: 'later', code: 'NOTIFY_UNREACHABLE', message: `${host} ${reason}` };
}

function numbered(status: number | undefined): string {
  return status === undefined ? '' : ` (${status})`;
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'responseCode' in error ? error.responseCode : undefined;
  return typeof status === 'number' && status >= 100 ? status : undefined;
}

/** Certificates that are refused come as errors of the socket. */
function isCertificate(error: unknown): boolean {
  const text = error instanceof Error ? `${systemCode(error.cause) ?? ''} ${error.message}` : '';
  return /certificate|altname|self[- ]signed|ERR_TLS|ERR_SSL|EPROTO|wrong version number/i.test(text);
}
