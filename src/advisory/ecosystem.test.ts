import { expect, it } from 'vitest';
import { normaliseEcosystem, normalisePackage } from '#advisory/ecosystem.ts';

it.each([
  ['Ubuntu:22.04:LTS', 'Ubuntu:22.04'],
  ['Ubuntu:22.04', 'Ubuntu:22.04'],
  ['Ubuntu:25.10', 'Ubuntu:25.10'],
  ['Ubuntu:Pro:22.04:LTS', 'Ubuntu:Pro:22.04:LTS'],
  ['Ubuntu:Pro:FIPS-updates:20.04:LTS', 'Ubuntu:Pro:FIPS-updates:20.04:LTS'],
  ['Debian:12', 'Debian:12'],
  ['Debian:bookworm', 'Debian:12'],
  ['Debian:sid', 'Debian:sid'],
  ['Debian', 'Debian'],
  ['Debian:', 'Debian:'],
  ['Alpine:v3.19', 'Alpine:v3.19'],
  ['Alpine:3.19', 'Alpine:v3.19'],
  ['Alpine:edge', 'Alpine:edge'],
  ['Root:Alpine:3.18', 'Root:Alpine:3.18'],
  ['Rocky Linux:9', 'Rocky Linux:9'],
  ['Maven:https://repo.maven.apache.org/maven2', 'Maven'],
  ['Maven:https://maven.google.com', 'Maven:https://maven.google.com'],
  ['npm', 'npm'],
  ['', ''],
])('the ecosystem %j is stored as %j', (name, expected) => {
  expect(normaliseEcosystem(name)).toBe(expected);
});

it('normalises names of PyPI and no others', () => {
  expect(normalisePackage('PyPI', 'Foo._-Bar')).toBe('foo-bar');
  expect(normalisePackage('npm', '@Scope/Foo_Bar')).toBe('@Scope/Foo_Bar');
  expect(normalisePackage('Go', 'github.com/BurntSushi/toml')).toBe('github.com/BurntSushi/toml');
});
