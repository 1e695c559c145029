import { type JsonCursor, jsonElements, jsonMembers, jsonString } from '#base/json/json-cursor.ts';
import { FACT_PREFIX, type Facts } from '#inventory/formats/package-facts.ts';

/** Longest texts that are read: names, paths and licences; values of properties; comments, which hold many of both. */
export const SHORT_BYTES = 4096;
const VALUE_BYTES = 256 * 1024;
export const COMMENT_BYTES = 1024 * 1024;
/** Properties of tools that are understood; all others are passed over. */
const UNDERSTOOD = [FACT_PREFIX, 'aquasecurity:trivy:', 'syft:', 'spdx:'];
const MAX_FACTS = 50_000;
const MAX_FACT_CHARACTERS = 4 * 1024 * 1024;

/** The next value when it is a text of a sensible length. */
export function readText(cursor: JsonCursor, limitBytes = VALUE_BYTES): string | undefined {
  return jsonString(cursor, limitBytes);
}

/** Those of an object's members that are wanted and are texts. */
export function readTexts(
  cursor: JsonCursor,
  wanted: ReadonlySet<string>,
  limitBytes?: number,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const name of jsonMembers(cursor)) {
    const text = wanted.has(name) ? readText(cursor, limitBytes) : undefined;
    if (text !== undefined) texts.set(name, text);
  }
  return texts;
}

/** The wanted texts of each element of an array. */
export function* readListOfTexts(
  cursor: JsonCursor,
  wanted: ReadonlySet<string>,
  limitBytes?: number,
): Generator<ReadonlyMap<string, string>> {
  for (const _ of jsonElements(cursor)) yield readTexts(cursor, wanted, limitBytes);
}

/** Gathers facts up to a limit, by name. */
export interface FactCollector {
  add(name: string, value: string): void;
  readonly facts: Facts;
}

/** Facts whose names no reader understands are not kept. */
export function collectFacts(): FactCollector {
  const facts = new Map<string, string[]>();
  let count = 0;
  let characters = 0;
  return {
    facts,
    add(name, value) {
      if (count >= MAX_FACTS || characters >= MAX_FACT_CHARACTERS) return;
      if (!UNDERSTOOD.some((prefix) => name.startsWith(prefix))) return;
      count += 1;
      characters += name.length + value.length;
      const known = facts.get(name);
      if (known === undefined) facts.set(name, [value]);
      else known.push(value);
    },
  };
}
