import { expect, test } from 'vitest';
import { doctorReportSchema } from '#api/doctor-report.ts';
import { diagnose, type ToScan } from '#app/doctor/diagnose.ts';

test('without an engine this machine is looked at, and it is said that this is not all', async () => {
  const asked: ToScan[] = [];
  const problem = { code: 'SCAN_FAILED', message: 'it could not be scanned', path: 'this machine' };
  const report = await diagnose({
    ...{ environment: { DOCKER_HOST: 'unix:///absent.sock' }, now: new Date('2026-01-01T00:00:00Z') },
    tool: { name: 'holdfast', version: '0' },
    advisories: { kind: 'starter', builtAt: '2026-01-01T00:00:00.000Z', records: 1 },
    step: () => undefined,
    scan: async (targets) => {
      asked.push(...targets);
      return { reports: [], problems: [problem] };
    },
  });
  expect(asked).toEqual([{ target: 'rootfs:/', called: 'this machine' }]);
  expect(report.engine).toMatchObject({ state: 'failed', why: expect.stringContaining('absent.sock') });
  expect(report.looked.map(({ subject, state }) => `${subject} ${state}`)).toEqual([
    'data not-collected',
    'images not-collected',
  ]);
  expect(report).toMatchObject({ images: [], data: { findings: [], unkept: [] }, problems: [problem] });
  expect(doctorReportSchema.parse(report)).toEqual(report);
});
