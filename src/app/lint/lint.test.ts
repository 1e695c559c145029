import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINT_KINDS } from '#app/lint/kinds.ts';
import { lint } from '#app/lint/lint.ts';
import { lintSettings } from '#app/lint/lint-settings.ts';
import { NO_SETTINGS } from '#buildfile/settings/settings.ts';

let root: string;
const at = (...names: readonly string[]) => join(root, ...names);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lint-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array): string {
  mkdirSync(join(at(name), '..'), { recursive: true });
  writeFileSync(at(name), content);
  return at(name);
}

function run(
  paths: readonly string[],
  options: { fix?: boolean; only?: string[]; skip?: string[]; input?: string } = {},
) {
  const standardInput = async () => Buffer.from(options.input ?? '');
  const { only = [], skip = [], fix = false } = options;
  return lint({ kinds: LINT_KINDS, standardInput }, paths, { only, skip, fix, settings: NO_SETTINGS });
}

describe('which files are judged', () => {
  it('those that are named, whatever they are called, and those with a fitting name below directories', async () => {
    put('tree/a/Dockerfile', 'FROM a:1\n');
    put('tree/b/web.Dockerfile', 'FROM a:1\n');
    put('tree/b/Dockerfile.dev', 'FROM a:1\n');
    put('tree/b/Containerfile', 'FROM a:1\n');
    put('tree/b/Dockerfile.md', '# FROM here\n');
    put('tree/b/Dockerfile.old', 'Not one at all.\n');
    put('tree/node_modules/x/Dockerfile', 'FROM a:1\n');
    symlinkSync('.', at('tree/loop'));
    const odd = put('odd/build.txt', '# syntax=x\nARG V=1\nFROM a:$V\n');
    const found = await run([at('tree'), odd]);
    expect(found.judged.map(({ path, kind }) => [path.slice(root.length + 1), kind])).toEqual([
      ['tree/a/Dockerfile', 'dockerfile'],
      ['tree/b/Containerfile', 'dockerfile'],
      ['tree/b/Dockerfile.dev', 'dockerfile'],
      ['tree/b/web.Dockerfile', 'dockerfile'],
      ['odd/build.txt', 'dockerfile'],
    ]);
    expect([found.files, found.passedOver]).toEqual([5, 1]);
  });

  it('standard input', async () => {
    const { judged } = await run(['-'], { input: 'FROM a\n' });
    expect(judged.map(({ path, kind, reasons }) => [path, kind, reasons.length > 0])).toEqual([
      ['-', 'dockerfile', true],
    ]);
  });

  it.each([
    ['a program', Uint8Array.of(0x7f, 0x45, 0, 1), 'LINT_NOT_TEXT'],
    ['UTF-16', Buffer.from('\ufeffFROM a\n', 'utf16le'), 'LINT_NOT_TEXT'],
    ['prose', 'From here on it is prose.\n', 'LINT_UNKNOWN_KIND'],
    ['nothing', '', 'LINT_UNKNOWN_KIND'],
  ])('%s is said not to be one', async (_, content, code) => {
    const { judged } = await run([put('odd/file', content)]);
    expect(judged.map(({ kind, problems }) => [kind, problems.map((one) => one.code)])).toEqual([['unknown', [code]]]);
  });

  it('a path that is not there is the caller’s error', async () => {
    await expect(run([at('absent')])).rejects.toMatchObject({ code: 'LINT_NO_FILE', kind: 'usage' });
  });
});

describe('encodings', () => {
  it('Latin-1 is read and said', async () => {
    const { judged, problems } = await run([
      put('latin/Dockerfile', Buffer.from('FROM a:1\nLABEL a="caf\xe9"\nadd x /x\n', 'latin1')),
    ]);
    expect([judged[0]?.kind, ...problems.map(({ code }) => code)]).toEqual(['dockerfile', 'LINT_NOT_UTF8']);
  });

  it.each([
    [
      'a byte order mark',
      Buffer.from('\ufeffFROM a:1\r\nadd x /é\r\n'),
      Buffer.from('\ufeffFROM a:1\r\nCOPY x /é\r\n'),
    ],
    ['Latin-1', Buffer.from('FROM a:1\nadd x /\xe9', 'latin1'), Buffer.from('FROM a:1\nCOPY x /\xe9', 'latin1')],
  ])('%s stays when a file is mended', async (_, before, after) => {
    const path = put('mend/Dockerfile', before);
    const { fixed } = await run([path], { fix: true });
    expect(fixed).toHaveLength(1);
    expect(readFileSync(path)).toEqual(after);
  });
});

it('a mended file keeps its rights, and a link to it stays one', async () => {
  const path = put('rights/Dockerfile', 'FROM a:1\nadd x /x\n');
  chmodSync(path, 0o750);
  symlinkSync('Dockerfile', at('rights/link'));
  await run([at('rights/link')], { fix: true });
  expect([statSync(path).mode & 0o777, lstatSync(at('rights/link')).isSymbolicLink()]).toEqual([0o750, true]);
  expect(readFileSync(path, 'utf8')).toBe('FROM a:1\nCOPY x /x\n');
});

describe('which rules speak', () => {
  it('those chosen, by anybody’s ids', async () => {
    const path = put('rules/Dockerfile', 'FROM a\nRUN sudo make\n');
    const { judged } = await run([path], { only: ['DL3004', 'build/untagged-base'] });
    expect(judged[0]?.reasons.map(({ rule }) => rule)).toEqual(['build/untagged-base', 'build/sudo']);
    const less = await run([path], { only: ['DL3004', 'build/untagged-base'], skip: ['DL3006'] });
    expect(less.judged[0]?.reasons.map(({ rule }) => rule)).toEqual(['build/sudo']);
    await expect(run([path], { only: ['DL9999'] })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('hadolint’s configuration', () => {
  it('is read', () => {
    const path = put(
      'config.yaml',
      'ignored: [DL3008]\noverride:\n  error: [DL3006]\ntrustedRegistries: r.example\nfailure-threshold: warning\n',
    );
    const { ignored, severities, trustedRegistries, failOn } = lintSettings(path);
    expect([[...ignored], [...severities], trustedRegistries, failOn]).toEqual([
      ['DL3008'],
      [['DL3006', 'high']],
      ['r.example'],
      'medium',
    ]);
  });

  it.each([
    ['ignored: DL3008\n', ':1:1: ignored has not the form'],
    ['ignored:\n  - DL3008\nignore: []\n', ':3:1: ignore is not known'],
    ['a: [\n', ':2:1: '],
    ['- a\n', ':1:1: a map is expected'],
  ])('with a mistake is the caller’s error: %j', (text, message) => {
    const path = put('bad.yaml', text);
    expect(() => lintSettings(path)).toThrow(
      expect.objectContaining({ kind: 'usage', message: expect.stringContaining(message) }),
    );
  });
});
