import type { DoctorReport } from '#api/doctor-report.ts';
import { compareSeverity } from '#core/severity.ts';
import type { ItemDraft, Subject } from '#report/items/item.ts';
import { sentenceOf } from '#report/items/problem-items.ts';
import { count } from '#report/next-steps.ts';
import type { Badge, Block, Page } from '#report/page/page.ts';
import { sectionsWith } from '#report/page/sections.ts';

/** What to do tonight, open, and behind it the four parts that it comes from. */
export function doctorPage(report: DoctorReport): Page {
  const { tonight, images, engine, tool, createdAt } = report;
  return {
    title: engine.state === 'collected' ? 'What runs here' : 'This machine',
    verdict: badgeOf(report),
    facts: factsOf(report),
    lead: [...notesOf(report), ...tonight.flatMap(tonightBlocks)],
    sections: sectionsWith([
      {
        heading: engine.state === 'collected' ? 'What an attacker can use' : 'Its packages',
        lead: images.length === 0 ? [] : [imageTable(images)],
        items: images.map(imageItem),
      },
      { heading: 'Data that would be lost', lead: unkeptBlocks(report), items: dataItems(report) },
      { heading: 'How containers are run', lead: [], items: containerItems(report) },
      { heading: 'The host', lead: hostBlocks(report), items: hostItems(report) },
      { heading: 'Not looked at', lead: [], items: missingItems(report) },
    ]),
    whole: 'The whole is in: holdfast doctor --format json',
    ...{ tool, createdAt },
  };
}

function badgeOf({ tonight, looked, images, containers, data, engine }: DoctorReport): Badge {
  const whole = looked.every(({ state }) => state === 'covered');
  if (tonight.length === 0)
    return whole
      ? { word: 'A quiet night', tone: 'good', sentence: 'Nothing has to be done tonight.' }
      : { word: 'Nothing found', tone: 'unsure', sentence: 'Not all could be looked at.' };
  const urgent = tonight.some(({ severity }) => compareSeverity(severity, 'high') <= 0);
  const where =
    engine.state === 'collected'
      ? `Of what was found in ${count(containers.length, 'container')} of ${count(images.length, 'image')}, in ${count(data.volumes, 'volume')} and on the host.`
      : 'Of what was found on this machine.';
  return { word: `${tonight.length} to do tonight`, tone: urgent ? 'bad' : 'plain', sentence: where };
}

function factsOf({ engine, images, containers, data, advisories, host }: DoctorReport): Page['facts'] {
  return [
    ['Engine', engine.state === 'collected' ? `${engine.product} ${engine.version}` : 'none'],
    ...(engine.state === 'collected'
      ? ([
          ['Running', `${count(containers.length, 'container')} of ${count(images.length, 'image')}`],
          ['Volumes', String(data.volumes)],
        ] as const)
      : []),
    ['Host', `${host.failed.length} of ${host.failed.length + host.passed} checks fail`],
    ['Advisories', `${advisories.builtAt.slice(0, 10)}, ${count(advisories.records, 'record')}`],
  ];
}

function notesOf({ engine, advisories }: DoctorReport): readonly Block[] {
  const notes = [
    engine.state === 'collected' ? '' : `No engine was looked at: ${engine.why}`,
    advisories.kind === 'starter'
      ? `Compared with the built-in starter set of ${advisories.records} well-known flaws only. Get the whole with: holdfast db update`
      : '',
  ];
  return notes.filter((text) => text !== '').map((text) => ({ kind: 'note', tone: 'unsure', text }));
}

type Tonight = DoctorReport['tonight'][number];

function tonightBlocks({ severity, title, why, commands }: Tonight, index: number): readonly Block[] {
  return [
    { kind: 'note', tone: compareSeverity(severity, 'high') <= 0 ? 'bad' : 'unsure', text: `${index + 1}. ${title}` },
    { kind: 'text', text: why },
    { kind: 'commands', lines: commands },
  ];
}

type DoctorImage = DoctorReport['images'][number];

function imageTable(images: readonly DoctorImage[]): Block {
  return {
    kind: 'table',
    head: ['Image', 'Runs as', 'Exploited', 'Critical', 'High', 'With a fix'],
    rows: images.map(({ reference, containers, knownExploited, findings, fixable }) => [
      ...[reference, containers.map(({ name }) => name).join(', ')],
      ...[knownExploited, findings['critical'] ?? 0, findings['high'] ?? 0, fixable].map(String),
    ]),
  };
}

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
  const worst = top.map(({ id, package: name, version, fixedVersions }) => {
    const fix = fixedVersions[0];
    return `${id} in ${name} ${version}${fix === undefined ? '' : `, fixed in ${fix}`}`;
  });
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

function unkeptBlocks({ data: { unkept } }: DoctorReport): readonly Block[] {
  if (unkept.length === 0) return [];
  const names = unkept.map(({ volume }) => volume);
  return [{ kind: 'text', text: `With data, and no snapshot on the record: ${names.join(', ')}.` }];
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
        ...{ ruleId: rule, title: `${title.slice(0, 1).toUpperCase()}${title.slice(1)}`, severity, outcome: 'fails' },
        ...{ sentence, positions: [], subject, tags: [] },
        ...(fix === undefined ? {} : { fix }),
      };
    });
  });
  return items.sort((a, b) => compareSeverity(a.severity, b.severity));
}

const HOST: Subject = { kind: 'host', name: 'this host' };

function hostBlocks({ host }: DoctorReport): readonly Block[] {
  const open = [
    host.unknown > 0 ? `${host.unknown} could not be looked at` : '',
    host.manual > 0 ? `${host.manual} only a person can answer` : '',
  ].filter((part) => part !== '');
  return open.length === 0 ? [] : [{ kind: 'text', text: `Of the checks of the host, ${open.join(', ')}.` }];
}

function hostItems({ host }: DoctorReport): readonly ItemDraft[] {
  return host.failed.map(({ check, cis, title, severity, sentence, fix }) => ({
    ...{ ruleId: check, title: `${title.slice(0, 1).toUpperCase()}${title.slice(1)}`, severity, outcome: 'fails' },
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
