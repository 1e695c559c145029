import { expect, test } from 'vitest';
import { parseSourceRpm } from './source-rpm.ts';

test.each([
  ['util-linux-2.32.1-42.el8_8.src.rpm', 'util-linux', '2.32.1-42.el8_8'],
  ['java-1.8.0-openjdk-1.8.0.402.b06-2.el8.src.rpm', 'java-1.8.0-openjdk', '1.8.0.402.b06-2.el8'],
  ['a-1-1.nosrc.rpm', 'a', '1-1'],
])('%s is %s at %s', (file, name, version) => {
  expect(parseSourceRpm(file)).toEqual({ name, version });
});

test.each(['(none)', '', '.src.rpm', '-1-2.src.rpm', 'a-1.src.rpm', 'a-1-.src.rpm', 'a--1.src.rpm', 'a-1-1.rpm'])(
  '%j names no source package',
  (file) => {
    expect(parseSourceRpm(file)).toBeUndefined();
  },
);
