import { linesOf, type Message, titleOf } from '#notify/message.ts';

/** How programs for chats want to be told. */
export const CHAT_FLAVOURS = ['slack', 'mattermost', 'rocketchat', 'discord', 'teams'] as const;

export type ChatFlavour = (typeof CHAT_FLAVOURS)[number];

/** The body that a flavour’s hook takes. Text in it calls nobody, links nowhere and formats nothing. */
export function chatBody(flavour: ChatFlavour, message: Message): object {
  const { kind } = message.notification;
  const lines = [titleOf(message), ...linesOf(message)];
  switch (flavour) {
    case 'slack':
      // https://docs.slack.dev/messaging/formatting-message-text: these three are the control characters.
      return { text: entities(lines.map(uncalled).join('\n')), mrkdwn: false, link_names: false, unfurl_links: false };
    case 'mattermost':
    case 'rocketchat':
      return { text: fenced(kind, lines) };
    case 'discord':
      return { content: fenced(kind, lines), allowed_mentions: { parse: [] } };
    case 'teams':
      return cardOf(lines);
  }
}

/** Between these two characters nobody is called: a word joiner is not seen. */
const JOINER = '\u2060';

/** `@channel`, `@everyone` and Slack’s `<!here>` are no longer such. */
function uncalled(text: string): string {
  return text.replaceAll('@', `@${JOINER}`).replaceAll(/<(?=[!@#])/g, `<${JOINER}`);
}

function entities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Markdown that cannot be escaped in the same way everywhere is a block of code everywhere. */
function fenced(kind: string, lines: readonly string[]): string {
  const text = uncalled(lines.join('\n')).replaceAll('`', `\`${JOINER}`);
  return `**Holdfast: ${kind}**\n\`\`\`\n${text}\n\`\`\``;
}

/** An adaptive card, which Teams’ workflows take. Text runs know no formatting; text blocks would. */
function cardOf([title = '', ...lines]: readonly string[]): object {
  const block = (text: string, more: object) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text, ...more }],
  });
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body: [block(title, { weight: 'Bolder' }), ...lines.map((line) => block(line, {}))],
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
}
