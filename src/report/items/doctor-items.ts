import type { DoctorReport } from '#api/doctor-report.ts';
import { compareSeverity } from '#core/severity.ts';
import { worstWords } from '#report/doctor-words.ts';
import type { ItemDraft, Subject } from '#report/items/item.ts';
import { capitalised } from '#report/items/lint-items.ts';
import { sentenceOf } from '#report/items/problem-items.ts';
import { count } from '#report/next-steps.ts';

/** What doctor says, by its parts. */
export interface DoctorItems {
  readonly images: readonly ItemDraft[];
  readonly data: readonly ItemDraft[];
  readonly containers: readonly ItemDraft[];
  readonly host: readonly ItemDraft[];
  /** What was not looked at, or could not be read. */
  readonly missing: readonly ItemDraft[];
}

/** Each part in its own order, the worst first. */
export function doctorItems(report: DoctorReport): DoctorItems {
  return {
    images: report.images.map(imageItem),
    data: dataItems(report),
    containers: containerItems(report),
    host: hostItems(report),
    missing: missingItems(report),
  };
}

type DoctorImage = DoctorReport['images'][number];

function imageItem({
  reference,
  severity,
  dangers,
  steps,
  top,
  packages,
  compared,
  containers,
}: DoctorImage): ItemDraft {
  const said = dangers.length === 0 ? 'nothing of what is known of it can be used' : dangers.join('; ');
  const worst = top.map(worstWords);
  const [step] = steps;
  return {
    ruleId: 'doctor/image',
    title: containers.length === 0 ? 'Its packages' : 'An image that runs',
    severity,
    outcome: severity === 'unknown' ? 'unknown' : 'fails',
    sentence: `${reference}: ${said}.`,
    ...(step === undefined ? {} : { fix: `${step.sentence}.` }),
    ...(compared < packages ? { why: `${compared} of ${count(packages, 'package')} could be compared.` } : {}),
    ...(worst.length === 0 ? {} : { evidence: worst.join('; ') }),
    positions: [],
    subject: { kind: 'image', name: reference },
    tags: top.some(({ knownExploitedSince }) => knownExploitedSince !== undefined) ? ['known-exploited'] : [],
    identity: [],
  };
}

function dataItems({ data: { findings } }: DoctorReport): readonly ItemDraft[] {
  return findings.map(({ rule, title, severity, container, path, evidence, fix }) => ({
    ...{ ruleId: rule, title, severity, outcome: 'fails' },
    sentence: `${container === null ? '' : `${container} `}${path}: ${title}.`,
    evidence,
    commands: fix.split('\n'),
    positions: [],
    subject: container === null ? { kind: 'volume', name: path } : { kind: 'container', name: container },
    ...{ tags: [], identity: [path] },
  }));
}

function containerItems({ containers }: DoctorReport): readonly ItemDraft[] {
  const items = containers.flatMap(({ name, reasons }) => {
    const subject: Subject = { kind: 'container', name };
    return reasons.map(({ rule, title, severity, sentence, fix }): ItemDraft => {
      return {
        ...{ ruleId: rule, title: capitalised(title), severity, outcome: 'fails' },
        ...{ sentence, positions: [], subject, tags: [] },
        ...(fix === undefined ? {} : { fix }),
      };
    });
  });
  return items.sort((a, b) => compareSeverity(a.severity, b.severity));
}

const HOST: Subject = { kind: 'host', name: 'this host' };

function hostItems({ host }: DoctorReport): readonly ItemDraft[] {
  return host.failed.map(({ check, cis, title, severity, sentence, fix }) => ({
    ...{ ruleId: check, title: capitalised(title), severity, outcome: 'fails' },
    ...{ sentence, fix, positions: [], subject: HOST, tags: [`cis-docker:${cis}`], identity: [] },
  }));
}

function missingItems({ looked, problems }: DoctorReport): readonly ItemDraft[] {
  const subject: Subject = { kind: 'run', name: 'doctor' };
  const open = looked.filter(({ state }) => state !== 'covered');
  return [
    ...open.map(({ subject: part, reason }): ItemDraft => {
      return {
        ...{ ruleId: `doctor/${part.replaceAll(' ', '-')}`, title: `Not all of: ${part}`, severity: 'unknown' },
        ...{ outcome: 'unknown', gap: true, sentence: sentenceOf(`${part}: ${reason}`), positions: [], subject },
        ...{ tags: [], identity: [] },
      };
    }),
    ...problems.map(({ code, message, path, hint }): ItemDraft => {
      return {
        ...{ ruleId: code, title: 'Something could not be read', severity: 'unknown', outcome: 'unknown' },
        sentence: sentenceOf(path === undefined ? message : `${path}: ${message}`),
        ...(hint === undefined ? {} : { fix: hint }),
        ...{ positions: [], subject, tags: [] },
      };
    }),
  ];
}
