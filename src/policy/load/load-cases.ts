import * as z from 'zod/mini';
import { type Given, givenShape } from '#policy/load/case-facts.ts';
import { type Fault, faultsError } from '#policy/load/fault.ts';
import { shaped } from '#policy/load/shape.ts';
import { readYamlFile } from '#policy/load/yaml-file.ts';

const text = z.string().check(z.minLength(1), z.maxLength(500));
const rules = z.optional(z.array(text));

const caseShape = z.strictObject({
  name: text,
  facts: z.optional(text),
  image: z.optional(text),
  given: z.optional(givenShape),
  environment: z.optional(text),
  waivers: z.optional(z.array(text)),
  expect: z.enum(['allow', 'deny', 'unknown']),
  reasons: rules,
  warnings: rules,
  missing: rules,
});

const file = z.strictObject({
  apiVersion: z.literal('holdfast/v1'),
  kind: z.literal('PolicyTest'),
  policies: z.array(text).check(z.minLength(1)),
  environment: z.optional(text),
  now: z.optional(text),
  advisories: z.optional(text),
  cases: z.array(caseShape).check(z.minLength(1), z.maxLength(1000)),
});

/** A case of a policy's test: what is judged, and what must come out. */
export interface PolicyCase {
  readonly name: string;
  readonly subject:
    | { readonly kind: 'facts'; readonly file: string }
    | { readonly kind: 'image'; readonly target: string }
    | { readonly kind: 'given'; readonly given: Given };
  readonly environment: string | undefined;
  readonly waivers: readonly string[];
  readonly expect: 'allow' | 'deny' | 'unknown';
  /** Ids of the rules that must speak, all of them and no other; undefined where that does not matter. */
  readonly reasons: readonly string[] | undefined;
  readonly warnings: readonly string[] | undefined;
  readonly missing: readonly string[] | undefined;
}

/** A file of cases. Files that it names lie beside it. */
export interface CaseFile {
  readonly policies: readonly string[];
  /** ISO 8601; undefined: the facts' own day, or today. */
  readonly now: string | undefined;
  readonly advisories: string | undefined;
  readonly cases: readonly PolicyCase[];
}

/** Whether a file seems to hold cases: others in the same directory are passed over. */
export function seemsCases(content: string): boolean {
  return /^["']?kind["']?:\s*["']?PolicyTest\b/m.test(content) || /"kind"\s*:\s*"PolicyTest"/.test(content);
}

/** @throws `POLICY_TEST_INVALID`, kind `usage` */
export function loadCases(content: string, name: string): CaseFile {
  const yaml = readYamlFile(content, name, 'POLICY_TEST_INVALID');
  const found = shaped(yaml, [], yaml.value, file);
  if (found.kind === 'faults') throw faultsError('POLICY_TEST_INVALID', name, found.faults);
  const { value } = found;
  const faults: Fault[] = [];
  if (value.now !== undefined && Number.isNaN(Date.parse(value.now)))
    faults.push({ ...yaml.placeOf(['now']), message: 'now: it is no date.' });
  const cases = value.cases.flatMap(
    ({ facts, image, given, environment, waivers = [], ...one }, index): PolicyCase[] => {
      const subjects: PolicyCase['subject'][] = [
        ...(facts === undefined ? [] : [{ kind: 'facts' as const, file: facts }]),
        ...(image === undefined ? [] : [{ kind: 'image' as const, target: image }]),
        ...(given === undefined ? [] : [{ kind: 'given' as const, given }]),
      ];
      const [subject] = subjects;
      if (subject === undefined || subjects.length > 1) {
        const message = 'A case has one of facts, image and given: what is judged.';
        faults.push({ ...yaml.placeOf(['cases', index]), message });
        return [];
      }
      const { name: called, expect, reasons, warnings, missing } = one;
      return [
        {
          ...{ name: called, subject, environment: environment ?? value.environment, waivers },
          ...{ expect, reasons, warnings, missing },
        },
      ];
    },
  );
  if (faults.length > 0) throw faultsError('POLICY_TEST_INVALID', name, faults);
  return { policies: value.policies, now: value.now, advisories: value.advisories, cases };
}
