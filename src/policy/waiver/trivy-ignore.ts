import * as z from 'zod/mini';
import { type Fault, faultsError } from '#policy/load/fault.ts';
import { quoted, shaped } from '#policy/load/shape.ts';
import type { YamlFile } from '#policy/load/yaml-file.ts';
import { endOf } from '#policy/waiver/expiry.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';

const DAY_MS = 24 * 3_600_000;
const MOST_LINES = 20_000;

/** What a file of Trivy's gives. */
export interface TrivyIgnore {
  readonly waivers: readonly Waiver[];
  /** What it holds that is not for us. */
  readonly notes: readonly string[];
}

/**
 * Reads Trivy's `.trivyignore`: an id a line, `exp:2026-12-31` behind it, `#` before a comment. It has no authors and needs no
 * dates: an entry without one counts today, and says that it has none.
 * @param now milliseconds since 1970
 * @throws `WAIVERS_INVALID`, kind `usage`
 */
export function readTrivyIgnore(text: string, name: string, now: number): TrivyIgnore {
  const faults: Fault[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/, MOST_LINES + 1);
  if (lines.length > MOST_LINES)
    throw faultsError('WAIVERS_INVALID', name, [
      { line: MOST_LINES + 1, column: 1, message: `At most ${MOST_LINES} lines are read.` },
    ]);
  const waivers = lines.flatMap((line, index): readonly Waiver[] => {
    const [id = '', ...more] = line.trim().split(/\s+/);
    if (id === '' || id.startsWith('#')) return [];
    const place = { line: index + 1, column: line.indexOf(id) + 1 };
    if (!isId(id)) {
      faults.push({ ...place, message: `${quoted(id)} is no id of a vulnerability.` });
      return [];
    }
    const date = more.find((word) => word.startsWith('exp:'))?.slice('exp:'.length);
    const made = waiverOf(id, `${shortName(name)}:${index + 1}`, shortName(name), date, now);
    if (made !== undefined) return [made];
    faults.push({ ...place, message: `${quoted(date ?? '')} is no date. Write exp:2026-12-31.` });
    return [];
  });
  if (faults.length > 0) throw faultsError('WAIVERS_INVALID', name, faults);
  return { waivers, notes: [] };
}

const list = z.array(
  z.looseObject({
    id: z.string().check(z.regex(/^[A-Za-z][\w.:-]{2,199}$/)),
    paths: z.optional(z.array(z.string().check(z.maxLength(500))).check(z.maxLength(100))),
    purls: z.optional(z.array(z.string().check(z.maxLength(500))).check(z.maxLength(100))),
    statement: z.optional(z.string().check(z.maxLength(2000))),
    expired_at: z.optional(z.string()),
  }),
);
const others = ['misconfigurations', 'secrets', 'licenses'] as const;
const file = z.strictObject({
  vulnerabilities: z.optional(list),
  misconfigurations: z.optional(z.array(z.unknown())),
  secrets: z.optional(z.array(z.unknown())),
  licenses: z.optional(z.array(z.unknown())),
});

/** Reads Trivy's `.trivyignore.yaml`; of its parts, only vulnerabilities are for us. @throws `WAIVERS_INVALID`, kind `usage` */
export function readTrivyIgnoreYaml(yaml: YamlFile, name: string, now: number): TrivyIgnore {
  const found = shaped(yaml, [], yaml.value, file);
  if (found.kind === 'faults') throw faultsError('WAIVERS_INVALID', name, found.faults);
  const faults: Fault[] = [];
  const waivers = (found.value.vulnerabilities ?? []).flatMap(
    ({ id, paths, purls = [], statement, expired_at }, index) => {
      const where = `${shortName(name)}:${yaml.placeOf(['vulnerabilities', index]).line}`;
      const made = waiverOf(id, where, statement ?? shortName(name), expired_at, now);
      if (made === undefined) {
        const place = yaml.placeOf(['vulnerabilities', index, 'expired_at']);
        faults.push({ ...place, message: `expired_at: ${quoted(expired_at ?? '')} is no date.` });
        return [];
      }
      const whole: Waiver = paths === undefined ? made : { ...made, paths };
      if (purls.length === 0) return [whole];
      return purls.map(
        (purl, at): Waiver => ({ ...whole, id: at === 0 ? where : `${where}#${at + 1}`, package: purl }),
      );
    },
  );
  if (faults.length > 0) throw faultsError('WAIVERS_INVALID', name, faults);
  const notes = others.flatMap((kind) => {
    const count = found.value[kind]?.length ?? 0;
    return count === 0
      ? []
      : [`${shortName(name)} has ${count} entries about ${kind}: a check of an image does not ask them.`];
  });
  return { waivers, notes };
}

function waiverOf(
  vulnerability: string,
  id: string,
  reason: string,
  date: string | undefined,
  now: number,
): Waiver | undefined {
  const common = { id, vulnerability, images: [], author: 'nobody named', reason };
  if (date === undefined) return { ...common, expires: new Date(now + DAY_MS).toISOString(), undated: true };
  // As Trivy has it: from the beginning of that day it counts no more.
  if (endOf(date) === undefined) return undefined;
  return { ...common, expires: new Date(Date.parse(date)).toISOString() };
}

function isId(word: string): boolean {
  return /^[A-Za-z][\w.:-]{2,199}$/.test(word);
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
