import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeNotification } from '#notify/notification.ts';
import { CHAT_FLAVOURS, chatBody } from '#notify/notifiers/chat/flavours.ts';

const NOW = new Date('2026-11-22T01:02:03.000Z');
const messageOf = (subject: string, sentence: string) => ({
  ...{ id: 'hf_1', repeats: 2, omitted: 1 },
  notification: makeNotification({ kind: 'failed', subject, sentence, position: 42 }, 'host1', NOW),
});
const HOSTILE = '<!channel> @here <@U123> <https://evil|click> **bold** ``` ` @everyone & [x](https://evil)';
const body = (flavour: (typeof CHAT_FLAVOURS)[number]) =>
  JSON.stringify(chatBody(flavour, messageOf('volume:db', HOSTILE)));

describe('the bodies', () => {
  it('of Slack: its three control characters are escaped, nothing is formatted or linked', () => {
    expect(chatBody('slack', messageOf('volume:db', 'a < b & c'))).toEqual({
      text: [
        'volume:db failed on host1',
        'a &lt; b &amp; c',
        'At 2026-11-22T01:02:03.000Z, event 42 of the record: holdfast log show 42',
        'The same happened 2 times more since this was last sent.',
        'Another one was not sent, there were too many in an hour: holdfast log',
      ].join('\n'),
      ...{ mrkdwn: false, link_names: false, unfurl_links: false },
    });
    expect(body('slack')).not.toMatch(/[<>]/);
  });

  it('of Mattermost and Rocket.Chat: one block of code that its text cannot leave', () => {
    for (const flavour of ['mattermost', 'rocketchat'] as const) {
      const { text } = Object(chatBody(flavour, messageOf('volume:db', HOSTILE)));
      expect(text.split('```')).toHaveLength(3);
      expect(text).toMatch(/^\*\*Holdfast: failed\*\*\n```\n[\s\S]*\n```$/);
    }
  });

  it('of Discord: within its limit, and nobody may be called', () => {
    const { content, allowed_mentions } = Object(chatBody('discord', messageOf('s'.repeat(300), '`@<!'.repeat(300))));
    expect(content.length).toBeLessThanOrEqual(2000);
    expect(allowed_mentions).toEqual({ parse: [] });
  });

  it('of Teams: a card of runs of text, which know no formatting', () => {
    const { attachments, type } = Object(chatBody('teams', messageOf('volume:db', HOSTILE)));
    expect(type).toBe('message');
    expect(attachments[0].contentType).toBe('application/vnd.microsoft.card.adaptive');
    const { body: blocks } = attachments[0].content;
    expect(blocks.map((block: { type: string }) => block.type)).toEqual(Array(5).fill('RichTextBlock'));
    expect(blocks[1].inlines[0].text).toBe(HOSTILE);
  });
});

it('calls nobody and leaves no block, whatever the text', () => {
  const text = fc.string({ unit: fc.constantFrom('@', '<', '!', '`', '&', '>', 'here', 'channel', ' ', '\\', '#') });
  fc.assert(
    fc.property(text, text, (subject, sentence) => {
      for (const flavour of CHAT_FLAVOURS.filter((one) => one !== 'teams')) {
        const shown = Object(chatBody(flavour, messageOf(subject, sentence)));
        const said: string = shown.text ?? shown.content;
        expect(said).not.toMatch(/@[^\u2060]|<[!@#]/);
        if (flavour !== 'slack') expect(said.split('```')).toHaveLength(3);
      }
    }),
  );
});
