import type { Notifier } from '#notify/notifier.ts';
import { emailSettings } from '#notify/notifiers/email/settings.ts';

/** Mail, handed to a server that delivers it. */
export const email: Notifier = {
  id: 'email',
  version: 1,
  title: 'a mail',
  kinds: ['recovered', 'failed', 'silent', 'damaged', 'suspicious'],
  isRoutine: false,
  open: (parts) => {
    const settings = emailSettings(parts);
    return {
      place: `${settings.host}:${settings.port}`,
      send: async (message, context) => {
        const { sendMail } = await import('#notify/notifiers/email/send-mail.ts');
        return sendMail(settings, message, context);
      },
    };
  },
};
