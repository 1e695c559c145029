import * as z from 'zod/mini';
import { callHook } from '#notify/call-hook.ts';
import type { Notifier } from '#notify/notifier.ts';
import { CHAT_FLAVOURS, type ChatFlavour, chatBody } from '#notify/notifiers/chat/flavours.ts';
import { hookAddress, readParts } from '#notify/settings.ts';

const schema = z.strictObject({ url: z.string(), flavour: z.enum(CHAT_FLAVOURS) });

/** A room where people talk: the incoming hooks of Slack, Mattermost, Rocket.Chat, Discord and Teams. */
export const chat: Notifier = {
  id: 'chat',
  version: 1,
  title: 'a message in a chat',
  kinds: ['recovered', 'failed', 'silent', 'damaged', 'suspicious'],
  isRoutine: false,
  open: (parts) => {
    const { url, flavour } = readParts(
      schema,
      parts,
      `A chat takes --url-file and --flavour, one of ${CHAT_FLAVOURS.join(', ')}.`,
    );
    const address = addressOf(flavour, hookAddress(url));
    return {
      place: `${address.host} (${flavour})`,
      send: (message, context) => {
        const headers = { 'content-type': 'application/json' };
        const body = JSON.stringify(chatBody(flavour, message));
        return callHook({ url: address, headers, body }, context);
      },
    };
  },
};

/** Discord shows an address for Slack’s shape, too; its own shape can say that nobody is to be called. */
function addressOf(flavour: ChatFlavour, url: URL): URL {
  if (flavour === 'discord') url.pathname = url.pathname.replace(/\/slack\/?$/, '');
  return url;
}
