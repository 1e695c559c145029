import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askCompose } from '#app/volume/guard/ask-compose.ts';
import { parseCommand } from '#volume/guard/parse-command.ts';

let place: string;
beforeEach(() => {
  place = join(mkdtempSync(join(tmpdir(), 'holdfast-compose-')), 'My.Shop');
  mkdirSync(place);
});
afterEach(() => rmSync(join(place, '..'), { recursive: true }));

/** A docker-compose that answers `config --format json`, or, without an answer, fails as old ones do. */
function ask(args: string, answer?: object, environment: NodeJS.ProcessEnv = {}) {
  const program = join(place, '..', 'docker-compose');
  const script =
    answer === undefined
      ? 'exit 1'
      : `[ "$*" = "${args} config --format json" ] || exit 3\ncat <<'END'\n${JSON.stringify(answer)}\nEND`;
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  const parsed = parseCommand([program, ...args.split(' ').filter((word) => word !== ''), 'up', '-d']);
  if (parsed.kind !== 'compose') throw new Error('no compose command');
  return askCompose(parsed, { PATH: process.env['PATH'], ...environment }, place);
}

test('Compose is asked with the operator’s own options', async () => {
  const volumes = { db: { name: 'shop_db' }, old: { name: 'elsewhere', external: true }, plain: null };
  expect(
    await ask('-f a.yaml -p shop', { name: 'shop', volumes, services: { a: { environment: { SECRET: 'x' } } } }),
  ).toEqual({
    project: 'shop',
    volumes: ['shop_db', 'elsewhere', 'shop_plain'],
  });
});

test('one that cannot be asked: the option, the variable, the setting, the name in the file, the directory, in this order', async () => {
  expect(await ask('')).toBeUndefined();
  writeFileSync(join(place, 'compose.yaml'), 'services: {}\n');
  expect(await ask('')).toEqual({ project: 'myshop' });
  writeFileSync(join(place, 'compose.yaml'), 'name: "named" # so\nservices: {}\n');
  expect(await ask('')).toEqual({ project: 'named' });
  writeFileSync(join(place, '.env'), 'A=b\nCOMPOSE_PROJECT_NAME=setting\n');
  expect(await ask('')).toEqual({ project: 'setting' });
  expect(await ask('', undefined, { COMPOSE_PROJECT_NAME: 'variable' })).toEqual({ project: 'variable' });
  expect(await ask('-p option', undefined, { COMPOSE_PROJECT_NAME: 'variable' })).toEqual({ project: 'option' });
});

test('what only Compose could know is not guessed', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose's own variables
  writeFileSync(join(place, 'compose.yaml'), 'name: ${NAME}-x\nservices: {}\n');
  expect(await ask('')).toBeUndefined();
  expect(await ask('-f missing.yaml')).toBeUndefined();
});

test('of several files the last name counts, and the directory is the first one’s', async () => {
  mkdirSync(join(place, 'deploy'));
  writeFileSync(join(place, 'deploy/a.yaml'), 'services: {}\n');
  writeFileSync(join(place, 'b.yaml'), 'services: {}\n');
  expect(await ask('-f deploy/a.yaml -f b.yaml')).toEqual({ project: 'deploy' });
  writeFileSync(join(place, 'deploy/a.yaml'), 'name: first\n');
  writeFileSync(join(place, 'b.yaml'), "name: 'second'\n");
  expect(await ask('-f deploy/a.yaml -f b.yaml')).toEqual({ project: 'second' });
});
