import { randomUUID } from 'node:crypto';
import { canonicalJson } from '#core/canonical-json.ts';
import { HoldfastError } from '#core/errors.ts';
import type { EventCatalogue } from '#ledger/catalogue.ts';
import type { AppendRequest, JsonObject, NewEvent } from '#ledger/event.ts';
import { LEAF_LIMIT_BYTES } from '#ledger/leaf.ts';
import type { ReadyEvent, ReadyRequest } from '#ledger/store/append-batch.ts';

const NAME_LIMIT_CHARACTERS = 400;
/** Category Cc, whose members never change. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** What a leaf holds beside data and metadata: names at their limits, all their characters escaped. */
const ENVELOPE_LIMIT_BYTES = 9 * 1024;

/** Events of one request: they become one transaction. */
const EVENTS_LIMIT = 1000;

/**
 * Checks a request before it waits for its turn, so that one bad request never spoils the others of its commit.
 * @throws `LEDGER_EVENT_UNKNOWN`, `LEDGER_EVENT_INVALID`, `LEDGER_EVENT_TOO_LARGE`, `LEDGER_NAME_INVALID`
 */
export function prepareRequest(request: AppendRequest, catalogue: EventCatalogue): ReadyRequest {
  const key = request.key ?? newKey();
  for (const [what, name] of Object.entries({ stream: request.stream, actor: request.actor, key })) {
    if (name.length === 0 || name.length > NAME_LIMIT_CHARACTERS || !name.isWellFormed() || CONTROL.test(name)) {
      throw new HoldfastError('LEDGER_NAME_INVALID', `${what} has ${name.length} characters, or such as are no text`, {
        hint: `It may have 1 to ${NAME_LIMIT_CHARACTERS} characters, none of them a control character.`,
      });
    }
  }
  if (key.includes('#')) throw new HoldfastError('LEDGER_NAME_INVALID', 'A key holds the character #, which is ours');
  if (request.events.length > EVENTS_LIMIT) {
    throw new HoldfastError('LEDGER_EVENT_TOO_LARGE', `${request.events.length} events in one append`, {
      hint: `At most ${EVENTS_LIMIT} can be recorded together.`,
    });
  }
  return { ...request, key, events: request.events.map((event) => prepareEvent(event, catalogue)) };
}

/** Unlike any other, and behind those made before it: an index takes them at its end. */
function newKey(): string {
  return `${Date.now().toString(16).padStart(12, '0')}-${randomUUID()}`;
}

function prepareEvent({ type, data, metadata = {} }: NewEvent, catalogue: EventCatalogue): ReadyEvent {
  const { schemaVersion, data: checked } = catalogue.toWrite(type, data);
  const texts = { data: canonicalJson(checked), metadata: canonicalJson(metadata) };
  const bytes = Buffer.byteLength(texts.data) + Buffer.byteLength(texts.metadata);
  if (bytes > LEAF_LIMIT_BYTES - ENVELOPE_LIMIT_BYTES) {
    throw new HoldfastError('LEDGER_EVENT_TOO_LARGE', `${type}: ${bytes} bytes are too many for an event`, {
      hint: `An event holds at most ${LEAF_LIMIT_BYTES - ENVELOPE_LIMIT_BYTES} bytes; larger evidence is a blob, named by digest.`,
    });
  }
  return { type, schemaVersion, data: checked as JsonObject, metadata, texts };
}
