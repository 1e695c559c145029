import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';
import type { EventDeclaration } from '#core/event-declaration.ts';
import { untilWords } from '#policy/waiver/expiry.ts';
import { type Waiver, waiverShape } from '#policy/waiver/waiver-shape.ts';

/** Somebody accepted something until a day. The waiver counts in every check of this home. */
export const waiverGranted: EventDeclaration<'waiver.granted', Waiver> = {
  type: 'waiver.granted',
  schemaVersion: 1,
  parse: (data) => waiverShape.parse(data),
  upcasts: [],
  summarise: ({ id, vulnerability, rule, images, package: name, author, expires }) => {
    const what = [vulnerability, rule].filter((part) => part !== undefined).join(' under ');
    const where = [name === undefined ? '' : `in ${name}`, images.length === 0 ? '' : `of ${images.join(', ')}`];
    const of = where.filter((part) => part !== '').join(' ');
    return {
      subject: `waiver ${id}`,
      outcome: 'done',
      sentence: `${author} accepts ${what}${of === '' ? '' : ` ${of}`} until ${untilWords(expires)}`,
    };
  },
};

const revoked = compiledObject({ id: z.string(), reason: z.nullable(z.string()) });

/** A waiver counts no more. */
export const waiverRevoked: EventDeclaration<'waiver.revoked', z.infer<typeof revoked>> = {
  type: 'waiver.revoked',
  schemaVersion: 1,
  parse: (data) => revoked.parse(data),
  upcasts: [],
  summarise: ({ id, reason }) => ({
    subject: `waiver ${id}`,
    outcome: 'done',
    sentence: reason === null ? 'It counts no more' : `It counts no more: ${reason}`,
  }),
};
