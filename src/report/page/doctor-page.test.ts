import { describe, expect, it } from 'vitest';
import type { DoctorReport } from '#api/doctor-report.ts';
import { htmlPage } from '#report/html/html-page.ts';
import { doctorPage } from '#report/page/doctor-page.ts';

const EMPTY: DoctorReport = {
  ...{ schemaVersion: 1, tool: { name: 'holdfast', version: '0' }, createdAt: '2026-01-01T00:00:00.000Z' },
  engine: { state: 'collected', address: 'unix:///x', product: 'docker', version: '1' },
  advisories: { kind: 'full', builtAt: '2026-01-01T00:00:00.000Z', records: 1 },
  ...{ tonight: [], images: [], containers: [], looked: [], problems: [] },
  data: { findings: [], unkept: [], volumes: 0 },
  host: { failed: [], passed: 0, unknown: 0, manual: 0 },
};
const missing = { subject: 'images', state: 'failed', count: 0, reason: '1 of 1 could not be scanned' } as const;

const UNKNOWN_IMAGE: DoctorReport['images'][number] = {
  ...{ reference: 'x:1', containers: [], severity: 'unknown', dangers: [], packages: 0, compared: 0, findings: {} },
  exposure: { ports: [], hostNetwork: false, root: false, privileged: false, engineSocket: false, hostPaths: [] },
  ...{ knownExploited: 0, fixable: 0, top: [], steps: [], problems: 0 },
};

describe('the page of doctor', () => {
  it('is quiet only where all was looked at', () => {
    expect(doctorPage(EMPTY).verdict).toMatchObject({ word: 'A quiet night', tone: 'good' });
    const unsure: readonly Partial<DoctorReport>[] = [
      { problems: [{ code: 'ENGINE_FAILED', message: 'The engine answered 500' }] },
      { host: { ...EMPTY.host, unknown: 1 } },
      { images: [UNKNOWN_IMAGE] },
    ];
    for (const own of unsure) expect(doctorPage({ ...EMPTY, ...own }).verdict).toMatchObject({ tone: 'unsure' });
    const page = doctorPage({ ...EMPTY, looked: [missing] });
    expect(page.verdict).toMatchObject({ word: 'Nothing found', tone: 'unsure' });
    expect(page.sections.map(({ heading }) => heading)).toEqual(['Not looked at']);
    expect(page.sections[0]?.items[0]).toMatchObject({
      outcome: 'unknown',
      sentence: 'images: 1 of 1 could not be scanned.',
    });
  });

  it('says that the starter set is not all, and that there was no engine', () => {
    const page = doctorPage({
      ...EMPTY,
      engine: { state: 'failed', why: 'none answers' },
      advisories: { ...EMPTY.advisories, kind: 'starter' },
    });
    expect(page.lead.map((block) => ('text' in block ? block.text : ''))).toEqual([
      'No engine was looked at: none answers',
      expect.stringContaining('holdfast db update'),
    ]);
  });

  it('shows the commands of tonight, and whatever a container is called as text', () => {
    const name = '<script>alert(1)</script>';
    const page = doctorPage({
      ...EMPTY,
      tonight: [
        { about: 'data', severity: 'high', title: `${name}: data`, why: 'Lost.', commands: [`docker stop '${name}'`] },
      ],
      data: {
        findings: [
          {
            ...{ rule: 'anonymous-volume', title: 'data in an anonymous volume', severity: 'high', container: name },
            ...{ image: 'x', path: '/data', evidence: 'seen', fix: 'docker stop x' },
          },
        ],
        ...{ unkept: [], volumes: 1 },
      },
    });
    expect(page.verdict).toMatchObject({ word: '1 to do tonight', tone: 'bad' });
    const html = [...htmlPage(page)].join('');
    expect(html).not.toContain(name);
    expect(html).toContain('docker stop &#39;&lt;script&gt;');
  });
});
