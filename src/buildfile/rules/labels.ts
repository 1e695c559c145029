import type { Stage } from '#buildfile/model/build-file.ts';
import type { Instruction } from '#buildfile/model/instruction.ts';
import { type Pair, pairsOf } from '#buildfile/model/pairs.ts';
import { type BuildRule, type Finding, hadolint } from '#buildfile/rule.ts';
import { LABEL_CHECKS } from '#buildfile/rules/label-formats.ts';
import type { LabelFormat } from '#buildfile/settings/settings.ts';
import { usedStages } from '#buildfile/stage-use.ts';

const RESERVED = /^(?:com\.docker|io\.docker|org\.dockerproject)\./;

function fitsForKey(name: string): boolean {
  return /^[a-z](?:[a-z0-9._/-]*[a-z0-9])?$/.test(name) && !RESERVED.test(name) && !/\.\.|--/.test(name);
}

/** The first label of each LABEL that is not as it must be. */
function* eachLabel(
  instructions: readonly Instruction[],
  ask: (pair: Pair) => Omit<Finding, 'instruction' | 'span'> | undefined,
): Generator<Finding> {
  for (const instruction of instructions) {
    if (instruction.keyword !== 'LABEL') continue;
    for (const pair of pairsOf(instruction)) {
      const said = ask(pair);
      if (said === undefined) continue;
      yield { instruction, span: pair.span, ...said };
      break;
    }
  }
}

export const labelKey: BuildRule = {
  id: 'build/label-key',
  title: 'Names of labels are in lower case, with dots and dashes',
  severity: 'negligible',
  why: 'Tools that look labels up do not find others; some prefixes are reserved.',
  elsewhere: [hadolint('DL3048')],
  bad: 'FROM debian:12.5\nLABEL Version="1.0"\n',
  good: 'FROM debian:12.5\nLABEL org.opencontainers.image.version="1.0"\n',
  check: ({ file }) =>
    eachLabel(file.instructions, ({ name }) =>
      fitsForKey(name)
        ? undefined
        : { sentence: `${name.slice(0, 80)} is no good name of a label.`, fix: 'Use lower case: org.example.name.' },
    ),
};

export const labelMissing: BuildRule = {
  id: 'build/label-missing',
  title: 'The labels that are asked for are there',
  severity: 'low',
  why: 'Whoever finds the image does not learn from it what it is and whose.',
  elsewhere: [hadolint('DL3049')],
  bad: 'FROM debian:12.5\nLABEL version="1.0.0"\n',
  good: 'FROM debian:12.5\nLABEL version="1.0.0" authors="Ada"\n',
  exampleSettings: { labels: new Map([['authors', 'text']]) },
  *check({ file, settings: { labels } }) {
    if (labels.size === 0) return;
    const used = usedStages(file);
    /** Those that are asked for and not yet there, by the stage. */
    const missing = new Map<Stage, readonly string[]>();
    for (const stage of file.stages) {
      const before = stage.parent === undefined ? undefined : missing.get(stage.parent);
      const own = labelsOf(stage);
      const names = (before ?? [...labels.keys()]).filter((name) => !own.has(name));
      missing.set(stage, names);
      for (const name of used.has(stage) ? [] : names) {
        yield { instruction: stage.from, sentence: `The label ${name} is missing.`, fix: `Add LABEL ${name}="…".` };
      }
    }
  },
};

function labelsOf({ instructions }: Stage): ReadonlySet<string> {
  const labels = instructions.filter(({ keyword }) => keyword === 'LABEL');
  return new Set(labels.flatMap(pairsOf).map(({ name }) => name));
}

export const labelSuperfluous: BuildRule = {
  id: 'build/label-superfluous',
  title: 'No labels but those asked for',
  severity: 'low',
  why: 'Where labels are agreed on, others are typing errors.',
  elsewhere: [hadolint('DL3050')],
  bad: 'FROM debian:12.5\nLABEL autors="Ada"\n',
  good: 'FROM debian:12.5\nLABEL authors="Ada"\n',
  exampleSettings: { labels: new Map([['authors', 'text']]), strictLabels: true },
  check: ({ file, settings: { labels, strictLabels } }) =>
    eachLabel(strictLabels ? file.instructions : [], ({ name }) =>
      labels.has(name) ? undefined : { sentence: `Nobody asked for the label ${name}.`, fix: 'Remove or rename it.' },
    ),
};

export const labelEmpty: BuildRule = {
  id: 'build/label-empty',
  title: 'The labels that are asked for say something',
  severity: 'medium',
  why: 'An empty label is as good as none.',
  elsewhere: [hadolint('DL3051')],
  bad: 'FROM debian:12.5\nLABEL authors=""\n',
  good: 'FROM debian:12.5\nLABEL authors="Ada"\n',
  exampleSettings: { labels: new Map([['authors', 'text']]) },
  check: ({ file, settings: { labels } }) =>
    eachLabel(file.instructions, ({ name, value }) =>
      labels.has(name) && value === ''
        ? { sentence: `The label ${name} is empty.`, fix: 'Give it a value.' }
        : undefined,
    ),
};

interface FormatRule {
  readonly format: LabelFormat;
  readonly id: string;
  readonly hadolint: string;
  /** What it must be: `a web address`. */
  readonly called: string;
  readonly bad: string;
  readonly good: string;
}

const FORMATS: readonly FormatRule[] = [
  {
    format: 'url',
    id: 'build/label-url',
    hadolint: 'DL3052',
    called: 'an address (RFC 3986)',
    bad: 'not an address',
    good: 'https://example.com/docs',
  },
  {
    format: 'rfc3339',
    id: 'build/label-time',
    hadolint: 'DL3053',
    called: 'a time (RFC 3339)',
    bad: 'yesterday',
    good: '2026-01-31T12:00:00Z',
  },
  {
    format: 'spdx',
    id: 'build/label-licence',
    hadolint: 'DL3054',
    called: 'a licence’s SPDX identifier',
    bad: 'my own',
    good: 'Apache-2.0',
  },
  {
    format: 'hash',
    id: 'build/label-revision',
    hadolint: 'DL3055',
    called: 'a Git hash of 7 or 40 digits',
    bad: 'main',
    good: 'd81e9d4',
  },
  {
    format: 'semver',
    id: 'build/label-version',
    hadolint: 'DL3056',
    called: 'a semantic version',
    bad: '1.0',
    good: '1.0.0',
  },
  {
    format: 'email',
    id: 'build/label-email',
    hadolint: 'DL3058',
    called: 'an e-mail address (RFC 5322)',
    bad: 'ada',
    good: 'ada@example.com',
  },
];

/** One rule a format that a label may be asked to have. */
export const LABEL_FORMAT_RULES: readonly BuildRule[] = FORMATS.map(
  ({ format, id, hadolint: elsewhere, called, bad, good }) => ({
    id,
    title: `A label that must be ${called} is one`,
    severity: 'medium',
    why: 'Programs that read the label cannot use it.',
    elsewhere: [hadolint(elsewhere)],
    bad: `FROM debian:12.5\nLABEL about="${bad}"\n`,
    good: `FROM debian:12.5\nLABEL about="${good}"\n`,
    exampleSettings: { labels: new Map([['about', format]]) },
    check: ({ file, settings: { labels } }) =>
      eachLabel(file.instructions, ({ name, value }) =>
        labels.get(name) === format && !LABEL_CHECKS[format](value)
          ? { sentence: `The label ${name} is not ${called}.`, fix: 'Write it so.' }
          : undefined,
      ),
  }),
);
