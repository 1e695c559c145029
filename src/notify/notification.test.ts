import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeNotification, type NotificationInput } from '#notify/notification.ts';

const NOW = new Date('2026-11-22T01:02:03.000Z');
const make = (input: Partial<NotificationInput>) =>
  makeNotification({ kind: 'failed', subject: 'volume:db', sentence: 'It failed', ...input }, 'host1', NOW);

describe('makeNotification', () => {
  it('has a severity by its kind, a time, and null for what is not said', () => {
    expect(make({})).toEqual({
      ...{ kind: 'failed', severity: 'critical', subject: 'volume:db', sentence: 'It failed' },
      ...{ code: null, time: '2026-11-22T01:02:03.000Z', position: null, host: 'host1' },
    });
    expect(make({ kind: 'succeeded' }).severity).toBe('info');
    expect(make({ severity: 'warning', position: 7, code: 'X_Y' })).toMatchObject({
      severity: 'warning',
      position: 7,
      code: 'X_Y',
    });
  });

  it('takes credentials out of addresses', () => {
    const { sentence } = make({
      sentence: 'rest:https://me:hunter2@nas/x?access_token=abc123&a=b and s3://key:hunter2@s3/ say X-Amz-Signature=1',
    });
    expect(sentence).toBe('rest:https://***@nas/x?access_token=***&a=b and s3://***@s3/ say X-Amz-Signature=1');
  });

  it('is one bounded line of text, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 900 }), fc.string({ maxLength: 900 }), (a, b) => {
        const { subject, sentence, code } = make({ subject: `${a}\r\n${b}`, sentence: `${b}\n${a}`, code: a });
        for (const text of [subject, sentence, code ?? '']) {
          expect(text).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
          expect(text.isWellFormed()).toBe(true);
        }
        expect([...subject].length).toBeLessThanOrEqual(200);
        expect([...sentence].length).toBeLessThanOrEqual(500);
        expect([...(code ?? '')].length).toBeLessThanOrEqual(60);
      }),
    );
  });

  it('takes no longer for texts made to be slow', () => {
    for (const text of [`${'a://'.repeat(50_000)}@`, `?${'token'.repeat(50_000)}`, '://a'.repeat(50_000)]) {
      expect([...make({ sentence: text }).sentence].length).toBeLessThanOrEqual(500);
    }
  });
});
