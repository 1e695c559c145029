import { expect, test } from 'vitest';
import { asking, silenceLimitMs } from '#base/engine/patience.ts';
import { HoldfastError } from '#core/errors.ts';

const patience = { answerMs: 20_000, mostLate: 3, wholeMs: 60_000 };

function engine(answers: readonly ('late' | 'no' | 'yes')[]) {
  const asked: string[] = [];
  const read = async (path: string) => {
    const answer = answers[asked.length];
    asked.push(path);
    if (answer === 'late') throw new HoldfastError('ENGINE_UNREACHABLE', 'it stopped answering');
    if (answer === 'no') throw new HoldfastError('ENGINE_FAILED', '500');
    return path;
  };
  return { asked, address: 'unix:///engine', read, stream: read };
}

const said = (promise: Promise<unknown>) => promise.then(String, (error: HoldfastError) => error.code);

test('an engine that has stopped answering is asked nothing more', async () => {
  const hung = engine(['late', 'late', 'late', 'yes']);
  const { read, stream } = asking(hung, patience);
  expect(await said(read('/a'))).toBe('ENGINE_UNREACHABLE');
  expect(await said(stream('/b'))).toBe('ENGINE_UNREACHABLE');
  expect(await said(read('/c'))).toBe('ENGINE_UNREACHABLE');
  expect(await said(read('/d'))).toBe('ENGINE_SLOW');
  expect(hung.asked).toEqual(['/a', '/b', '/c']);
});

test('one container that it does not tell about, or an answer that says no, ends nothing', async () => {
  const some = engine(['late', 'late', 'yes', 'late', 'no', 'late', 'late', 'yes']);
  const { read } = asking(some, patience);
  for (let times = 0; times < 7; times += 1) await said(read('/x'));
  expect(await said(read('/last'))).toBe('/last');
});

test('when the time is over, what is not asked yet is left out', async () => {
  let now = 0;
  const { read } = asking(engine(['yes', 'yes', 'yes']), patience, () => now);
  expect(await said(read('/a'))).toBe('/a');
  now = 60_001;
  expect(await said(read('/b'))).toBe('ENGINE_SLOW');
});

test('what has to be measured first may take as long as ever', () => {
  expect(silenceLimitMs('/info', 120_000, patience)).toBe(20_000);
  expect(silenceLimitMs('/info', 120_000, undefined)).toBe(120_000);
  for (const path of ['/system/df?type=volume', '/containers/a/changes', '/containers/a/json?size=true']) {
    expect(silenceLimitMs(path, 120_000, patience)).toBe(120_000);
  }
});
