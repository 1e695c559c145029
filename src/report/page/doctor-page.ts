import type { DoctorReport } from '#api/doctor-report.ts';
import { compareSeverity } from '#core/severity.ts';
import { isWhole } from '#report/doctor-words.ts';
import { doctorItems } from '#report/items/doctor-items.ts';
import { count } from '#report/next-steps.ts';
import type { Badge, Block, Page } from '#report/page/page.ts';
import { sectionsWith } from '#report/page/sections.ts';

/** What to do tonight, open, and behind it the four parts that it comes from. */
export function doctorPage(report: DoctorReport): Page {
  const { tonight, images, engine, tool, createdAt } = report;
  const items = doctorItems(report);
  return {
    title: engine.state === 'collected' ? 'What runs here' : 'This machine',
    verdict: badgeOf(report),
    facts: factsOf(report),
    lead: [...notesOf(report), ...(tonight.length === 0 ? [] : [tonightBlock(tonight)])],
    sections: sectionsWith([
      {
        heading: engine.state === 'collected' ? 'What an attacker can use' : 'Its packages',
        lead: images.length === 0 ? [] : [imageTable(images)],
        items: items.images,
      },
      { heading: 'Data that would be lost', lead: unkeptBlocks(report), items: items.data },
      { heading: 'How containers are run', lead: [], items: items.containers },
      { heading: 'The host', lead: hostBlocks(report), items: items.host },
      { heading: 'Not looked at', lead: [], items: items.missing },
    ]),
    whole: 'The whole is in: holdfast doctor --format json',
    ...{ tool, createdAt },
  };
}

function badgeOf(report: DoctorReport): Badge {
  const { tonight, images, containers, data, engine, host } = report;
  const whole = isWhole(report) && host.unknown === 0;
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

function tonightBlock(tonight: readonly Tonight[]): Block {
  return {
    kind: 'steps',
    steps: tonight.map(({ severity, title, why, commands }) => ({
      tone: compareSeverity(severity, 'high') <= 0 ? 'bad' : 'unsure',
      title,
      text: why,
      commands,
    })),
  };
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

function unkeptBlocks({ data: { unkept } }: DoctorReport): readonly Block[] {
  if (unkept.length === 0) return [];
  const names = unkept.map(({ volume }) => volume);
  return [{ kind: 'text', text: `With data, and no snapshot on the record: ${names.join(', ')}.` }];
}

function hostBlocks({ host }: DoctorReport): readonly Block[] {
  const open = [
    host.unknown > 0 ? `${host.unknown} could not be looked at` : '',
    host.manual > 0 ? `${host.manual} only a person can answer` : '',
  ].filter((part) => part !== '');
  return open.length === 0 ? [] : [{ kind: 'text', text: `Of the checks of the host, ${open.join(', ')}.` }];
}
