import * as z from 'zod/mini';
import { type Fault, faultsError } from '#policy/load/fault.ts';
import { quoted, shaped, suggestion } from '#policy/load/shape.ts';
import type { YamlFile } from '#policy/load/yaml-file.ts';
import { RULES } from '#policy/rules/list.ts';
import { endOf, isTooFar } from '#policy/waiver/expiry.ts';
import { JUSTIFICATIONS } from '#policy/waiver/justification.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';

const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));
const optional = (most: number) => z.optional(text(most));

const entry = z
  .strictObject({
    id: optional(100),
    vulnerability: z.optional(z.string().check(z.regex(/^[A-Za-z][\w.:-]{2,199}$/))),
    rule: optional(100),
    images: z.optional(z.array(text(500)).check(z.maxLength(100))),
    package: optional(500),
    paths: z.optional(z.array(text(500)).check(z.maxLength(100))),
    author: text(200),
    reason: text(2000),
    expires: text(40),
    justification: z.optional(z.enum(JUSTIFICATIONS)),
  })
  .check(
    z.refine(({ vulnerability, rule }) => vulnerability !== undefined || rule !== undefined, {
      error: 'it needs a vulnerability or a rule: nothing else says what is waived.',
    }),
  );

/** The shape of a file of waivers. */
const waiverFileShape = z.strictObject({
  apiVersion: z.literal('holdfast/v1'),
  kind: z.literal('Waivers'),
  waivers: z.array(entry).check(z.maxLength(2000)),
});

/**
 * Reads a file of waivers. Each says who accepts what, why, and until when: a year at most.
 * @param name of the file, for errors, and for waivers without an id of their own: `waivers.yaml:7`
 * @param now milliseconds since 1970
 * @throws `WAIVERS_INVALID`, kind `usage`
 */
export function loadWaivers(yaml: YamlFile, name: string, now: number): readonly Waiver[] {
  const found = shaped(yaml, [], yaml.value, waiverFileShape);
  if (found.kind === 'faults') throw faultsError('WAIVERS_INVALID', name, found.faults);
  const faults: Fault[] = [];
  const file = name.slice(name.lastIndexOf('/') + 1);
  const waivers = found.value.waivers.map(({ expires, images = [], ...given }, index): Waiver => {
    const say = (key: string, message: string) => faults.push({ ...yaml.placeOf(['waivers', index, key]), message });
    const end = endOf(expires);
    if (end === undefined)
      say('expires', `expires: ${quoted(expires)} is no date. Write 2026-12-31 or 2026-12-31T12:00:00Z.`);
    else if (isTooFar(end, now))
      say('expires', 'expires: it is more than a year ahead. Grant it again when it is over.');
    const unknown = unknownRule(given.rule);
    if (unknown !== undefined) say('rule', `rule: ${unknown}`);
    const id = given.id ?? `${file}:${yaml.placeOf(['waivers', index]).line}`;
    return { ...given, id, images, expires: end ?? expires };
  });
  for (const [index, { id }] of waivers.entries()) {
    if (waivers.findIndex((other) => other.id === id) === index) continue;
    faults.push({ ...yaml.placeOf(['waivers', index]), message: `Two waivers are called ${quoted(id)}.` });
  }
  if (faults.length > 0) throw faultsError('WAIVERS_INVALID', name, faults);
  return waivers;
}

/** What is wrong with a rule's id, if anything is. CEL rules have ids of their policies' making. */
export function unknownRule(id: string | undefined): string | undefined {
  const ids = RULES.map((rule) => rule.id);
  if (id === undefined || ids.includes(id) || /^cel(?:\/[\w-]+)?$/.test(id)) return undefined;
  return `There is no rule ${quoted(id)}. ${suggestion(id, ids)}`;
}
