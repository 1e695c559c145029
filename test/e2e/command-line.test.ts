import { chmodSync, mkdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerArchive } from '../fakes/docker-archive.ts';
import { almaImage, alpineImage, rockyImage } from '../fakes/planted/apk-and-rpm-images.ts';
import { debianImage } from '../fakes/planted/debian-image.ts';
import { plantAdvisories } from '../fakes/planted/plant.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';
import { transcript } from '../harness/transcript.ts';

const TRANSCRIPTS = '../transcripts';
const DB = '--advisories advisories.db';
const COMMANDS = [
  '',
  'scan',
  'db',
  'db build',
  'db status',
  'db import',
  'db update',
  'volume',
  'volume ls',
  'volume doctor',
  'notify',
  'notify add',
  'compare-versions',
  'satisfies',
];

let bench: Bench;

beforeAll(async () => {
  bench = startBench();
  const images = {
    'debian.tar': debianImage(),
    'alpine.tar': alpineImage('3.19'),
    'alma.tar': almaImage(),
    'rocky.tar': rockyImage(),
  };
  for (const [name, bytes] of Object.entries(images)) writeFileSync(bench.path(name), bytes);
  mkdirSync(bench.path('feeds'));
  const from = plantAdvisories(bench.path('feeds'));
  const built = await bench.run(['db', 'build', '--from', ...from, '--out', 'advisories.db']);
  expect(built.code).toBe(0);
  mkdirSync(bench.path('empty-directory'));
  writeFileSync(bench.path('empty-file'), '');
  writeFileSync(bench.path('text'), 'Not an image, but a text of several words.\n');
  writeFileSync(bench.path('object.json'), '{"a": 1}');
  writeFileSync(bench.path('cut.json'), '{"bomFormat": "CycloneDX", "components": [');
  symlinkSync('loop', bench.path('loop'));
});
afterAll(() => bench.remove());

describe('transcripts', () => {
  test('the help of every command', async () => {
    const shown = await transcript(
      bench,
      COMMANDS.map((command) => `${command} --help`.trim()),
    );
    await expect(shown).toMatchFileSnapshot(`${TRANSCRIPTS}/help.txt`);
  });

  test('every usage error ends with 2 and says what to do', async () => {
    const shown = await transcript(bench, [
      '',
      'scn',
      'scan',
      'scan --bogus',
      'scan --running text',
      'scan --format xml text',
      'scan --format json= text',
      'scan --format table --format json text',
      'scan --format spdx debian.tar alma.tar',
      'scan --fail-on awful text',
      'scan --platform linux debian.tar',
      'scan --advisories absent.db debian.tar',
      'scan dir:',
      'scan ./absent',
      'scan docker-archive:absent',
      'scan docker-archive:empty-directory',
      'scan docker-archive:debian.tar:absent',
      'scan oci:absent',
      'scan dir:absent',
      'scan dir:text',
      'scan sbom:absent',
      'scan registry:Upper/Case',
      'scan "two words"',
      'db',
      'db bogus',
      'db build',
      'db build --from feeds',
      'db build --from absent --out made.db',
      'db build --from text --out made.db',
      'db build --from empty-directory --out made.db',
      'db build --from feeds --out made.db --format xml',
      'scan --advisories empty-directory debian.tar',
      'db status --advisories absent.db',
      'db status --advisories empty-directory',
      'db status --format xml',
      'db import',
      'db import absent.db',
      'db update not/one',
      'db update',
      'compare-versions',
      'compare-versions --scheme maven',
      'satisfies --scheme deb',
    ]);
    expect(shown.match(/^exit .*$/gm)).toEqual(Array(42).fill('exit 2'));
    await expect(shown).toMatchFileSnapshot(`${TRANSCRIPTS}/usage-errors.txt`);
  });

  test('what is no image, no SBOM and no file of advisories', async () => {
    const shown = await transcript(bench, [
      'scan empty-file',
      'scan text',
      'scan loop',
      'scan object.json',
      'scan cut.json',
      'scan docker-archive:object.json',
      'scan oci:empty-directory',
      'scan debian.tar --platform linux/arm64',
      'scan debian.tar --advisories empty-file',
      'scan debian.tar --advisories text',
      'scan debian.tar --format json=absent/report.json',
      'scan debian.tar --format json=empty-directory',
      'db status --advisories debian.tar',
      'db import text',
      'db build --from feeds --out empty-directory',
      'scan docker:app',
      'scan container:app',
      'scan --running',
    ]);
    expect(shown.match(/^exit .*$/gm)).toEqual(Array(18).fill('exit 1'));
    await expect(shown).toMatchFileSnapshot(`${TRANSCRIPTS}/bad-files.txt`);
  });

  test('reports for people fit into 100 columns', async () => {
    const shown = await transcript(bench, [
      `scan debian.tar ${DB}`,
      `scan debian.tar ${DB} --all --explain --files`,
      `scan alpine.tar alma.tar text rocky.tar ${DB}`,
      `scan rootfs:empty-directory ${DB}`,
    ]);
    for (const line of shown.split('\n')) if (!line.startsWith('2> ')) expect(line.length).toBeLessThanOrEqual(100);
    await expect(shown).toMatchFileSnapshot(`${TRANSCRIPTS}/scan.txt`);
  });

  test('advisories are built, looked at and imported', async () => {
    const shown = await transcript(bench, [
      'db build --from feeds --out made.db',
      'db status --advisories made.db',
      'db import made.db',
      'db status',
      'db status --format json',
      'scan rocky.tar',
    ]);
    unlinkSync(bench.path('home/.local/share/holdfast/advisories.db'));
    await expect(shown).toMatchFileSnapshot(`${TRANSCRIPTS}/db.txt`);
  });

  test('the starter set says what it is in the first line', async () => {
    const shown = await transcript(bench, ['scan alpine.tar', 'db status']);
    const steady = shown
      .replace(/\d+(?= records)/g, 'N')
      .replace(/^Made .*$/m, 'Made …')
      .replace(/^( {2}\S.*): \d+.*\n/gm, '');
    await expect(steady).toMatchFileSnapshot(`${TRANSCRIPTS}/starter.txt`);
  });
});

describe('exit codes', () => {
  test.each([
    ['critical', 3],
    ['high', 3],
  ] as const)('--fail-on %s ends with %i', async (level, code) => {
    const { code: found, stdout } = await bench.run(['scan', 'debian.tar', ...DB.split(' '), '--fail-on', level]);
    expect(found).toBe(code);
    expect(stdout).toContain('26 findings');
  });

  test('--fail-on counts what is at least as severe, and nothing that nobody rated', async () => {
    const scan = (image: string, level: string) =>
      bench.run(['scan', image, ...DB.split(' '), '--fail-on', level]).then(({ code }) => code);
    // high and medium
    expect(await scan('alma.tar', 'critical')).toBe(0);
    expect(await scan('alma.tar', 'high')).toBe(3);
    expect(await scan('alma.tar', 'medium')).toBe(3);
    // unrated only
    expect(await scan('alpine.tar', 'negligible')).toBe(0);
  });

  test('findings alone are no failure, and one bad target among several is', async () => {
    expect((await bench.run(['scan', 'debian.tar', ...DB.split(' ')])).code).toBe(0);
    const several = await bench.run(['scan', 'debian.tar', 'text', ...DB.split(' '), '--fail-on', 'low', '--quiet']);
    expect(several.code).toBe(1);
  });
});

describe('formats', () => {
  const json = (name: string) => JSON.parse(readFileSync(bench.path(name), 'utf8'));

  test('several at once, one of them to standard output', async () => {
    const files = ['json=r.json', 'cyclonedx=c.json', 'spdx=s.json', 'table=t.txt'].flatMap((one) => ['--format', one]);
    const ran = await bench.run(['scan', 'debian.tar', ...DB.split(' '), ...files, '--format', 'json']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ran.stdout)).toEqual(json('r.json'));
    expect(json('c.json')).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(json('s.json')).toMatchObject({ spdxVersion: 'SPDX-2.3' });
    expect(readFileSync(bench.path('t.txt'), 'utf8')).toContain('26 findings');
  });

  test('only files: nothing on standard output', async () => {
    const ran = await bench.run(['scan', 'debian.tar', '--format', 'json=only.json']);
    expect(ran).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(json('only.json').target.reference).toBe('debian.tar');
  });

  test('several targets make one array, in their order, without those that failed', async () => {
    const ran = await bench.run(['scan', 'alma.tar', 'text', 'rocky.tar', '--format', 'json']);
    expect(JSON.parse(ran.stdout).map(({ target }: { target: { reference: string } }) => target.reference)).toEqual([
      'alma.tar',
      'rocky.tar',
    ]);
    expect(ran.stderr).toMatch(/^holdfast: text: .*\[TAR_NOT_AN_ARCHIVE\]/);
    expect(ran.code).toBe(1);
    expect(JSON.parse((await bench.run(['scan', 'text', 'loop', '--format', 'json'])).stdout)).toEqual([]);
    expect((await bench.run(['scan', 'text', 'loop'])).stdout).toBe('');
  });

  test('JSON is valid against the published schema, whatever the target', async () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../docs/reference/scan-report.schema.json', import.meta.url), 'utf8'),
    );
    const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
    const targets = ['debian.tar', 'alpine.tar', 'alma.tar', 'dir:empty-directory', 'rootfs:feeds'];
    const ran = await bench.run(['scan', ...targets, ...DB.split(' '), '--files', '--explain', '--format', 'json']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    for (const report of JSON.parse(ran.stdout)) {
      expect(validate(report) ? [] : validate.errors).toEqual([]);
    }
  });
});

describe('a reader that goes away', () => {
  test.each([
    ['scan debian.tar debian.tar debian.tar --format json', 'head -c 10'],
    ['scan debian.tar', 'head -n 1'],
    ['scan debian.tar', 'true'],
  ])('%s | %s is no failure', async (command, reader) => {
    const line = `"$@" 2>err | ${reader} >/dev/null; echo "\${PIPESTATUS[0]}"; cat err`;
    const ran = await bench.run(command.split(' '), { through: ['bash', '-c', line, 'bash'] });
    expect(ran.stdout).toBe('0\n');
  });

  test('has the answer all the same: the exit code is that of the whole', async () => {
    const line = `"$@" 2>err | head -c 10 >/dev/null; echo "\${PIPESTATUS[0]}"; cat err`;
    const images = Array.from({ length: 8 }, () => 'debian.tar');
    const ran = await bench.run(['scan', ...images, ...DB.split(' '), '--format', 'json', '--fail-on', 'low'], {
      through: ['bash', '-c', line, 'bash'],
    });
    expect(ran.stdout).toBe('3\n');
  });

  test('of endless answers ends the program', async () => {
    const line = `yes $'1\\t2' | "$@" 2>err | head -n 1; echo "\${PIPESTATUS[1]}"; cat err`;
    const ran = await bench.run(['compare-versions', '--scheme', 'deb'], { through: ['bash', '-c', line, 'bash'] });
    expect(ran.stdout).toBe('<\n0\n');
  });
});

test.each(['scan debian.tar', 'scan debian.tar --format json', 'lint --help'])(
  '%s onto a full disk is an error of ours, in words',
  async (command) => {
    const ran = await bench.run(command.split(' '), { through: ['bash', '-c', '"$@" >/dev/full', 'bash'] });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toBe(
      'holdfast: Standard output cannot be written (ENOSPC) [OUTPUT_FAILED]\n  Has its disk room?\n',
    );
  },
);

test('two formats for one file are an error, as one would be lost', async () => {
  const ran = await bench.run(['scan', 'debian.tar', '--format', 'json=a.out', '--format', 'html=./a.out']);
  expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/a\.out \[USAGE\]/) });
});

needs('script')('a terminal', () => {
  const onTerminal = (environment: Record<string, string> = {}, columns = 80) =>
    bench.run(['scan', 'debian.tar', ...DB.split(' ')], {
      through: ['bash', '-c', `script -qec "stty cols ${columns}; $(printf '%q ' "$@")" /dev/null`, 'bash'],
      environment: { TERM: 'xterm', ...environment },
    });
  const colours = /\x1b\[\d+m/;

  test('gets colours and its own width', async () => {
    const { stdout } = await onTerminal();
    expect(stdout).toMatch(colours);
    const plain = stdout.replaceAll(/\x1b\[[\d;?]*[A-Za-z]/g, '').split(/\r?\n/);
    expect(plain.filter((line) => line.length > 80)).toEqual([]);
  });

  test('gets none when NO_COLOR is set, and an empty one counts as not set', async () => {
    expect((await onTerminal({ NO_COLOR: '1' })).stdout).not.toMatch(/\x1b/);
    expect((await onTerminal({ NO_COLOR: '' })).stdout).toMatch(colours);
  });

  test('a pipe and a file get none, whatever is set', async () => {
    const environment = { TERM: 'xterm', FORCE_COLOR: '1', COLORTERM: 'truecolor' };
    const ran = await bench.run(['scan', 'debian.tar', '--format', 'table=coloured.txt', '--format', 'json'], {
      environment,
    });
    expect(ran.stdout).not.toMatch(/\x1b/);
    expect(readFileSync(bench.path('coloured.txt'), 'utf8')).not.toMatch(/\x1b/);
    expect((await bench.run(['scan', 'debian.tar'], { environment })).stdout).not.toMatch(/\x1b/);
  });
});

test('text that an image brings cannot speak to a terminal', async () => {
  const evil = '\x1b]0;owned\x07\x1b[2J\u202egnp.exe\u009b31m';
  const image = dockerArchive({
    tag: 'evil:1',
    steps: [
      {
        instruction: `RUN ${evil}`,
        files: [
          { name: 'etc/os-release', body: `ID=debian\nVERSION_ID=12\nPRETTY_NAME="${evil}"\n` },
          {
            name: `app/node_modules/x${'\x1b[2J'}/package.json`,
            body: JSON.stringify({ name: 'nested', version: '4.17.15' }),
          },
          { name: 'app/node_modules/bad/package.json', body: `{"name":"${evil}"` },
          { name: `bin/${'\x1b[31m'}run`, body: '#!', mode: 0o755 },
        ],
      },
    ],
  });
  writeFileSync(bench.path('evil.tar'), image);
  const ran = await bench.run(['scan', 'evil.tar', ...DB.split(' '), '--files', '--explain']);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain('nested');
  expect(ran.stdout + ran.stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
});

const MAY_READ_ALL = process.getuid?.() === 0;
const asNobody = MAY_READ_ALL ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];
needs(...(MAY_READ_ALL ? ['setpriv'] : []))('files that may not be read', () => {
  test('are errors that say so', async () => {
    for (const name of ['closed.tar', 'closed.json', 'closed.db']) {
      writeFileSync(bench.path(name), '{}');
      chmodSync(bench.path(name), 0);
    }
    mkdirSync(bench.path('closed'));
    writeFileSync(bench.path('closed/image.tar'), '');
    chmodSync(bench.path('closed'), 0);
    const commands = [
      'scan closed.tar',
      'scan docker-archive:closed.tar',
      'scan sbom:closed.json',
      'scan closed/image.tar',
      'scan dir:closed',
      'scan oci:closed',
      'scan debian.tar --advisories closed.db',
      'db status --advisories closed.db',
      'db import closed.db',
      'db build --from closed.json --out made.db',
      'db build --from closed --out made.db',
      'scan debian.tar --format json=closed/report.json',
    ];
    const shown = await transcript(bench, commands, { through: asNobody });
    chmodSync(bench.path('closed'), 0o700);
    await expect(shown).toMatchFileSnapshot(`${TRANSCRIPTS}/no-access.txt`);
  });
});

describe('versions, line by line', () => {
  test('compare-versions answers each line', async () => {
    const lines = '1.0~rc1\t1.0\n1:1\t2\n1.0\t1.0-0\nno tab\n\n1 2\t1\n1\t2';
    const ran = await bench.run(['compare-versions', '--scheme', 'deb'], { input: lines });
    expect(ran).toMatchObject({ code: 0, stdout: '<\n>\n=\n?\n?\n?\n<\n', stderr: '' });
  });

  test.each([
    ['deb', '1:1.0-1\t1:1.0-1+b1', '<'],
    ['apk', '1.0_rc1-r0\t1.0-r0', '<'],
    ['rpm', '1:1.0-1\t2.0-1', '>'],
    ['semver', '1.0.0-rc.2\t1.0.0-rc.10', '<'],
    ['pep440', '1.0.post1\t1.0', '>'],
    ['go', 'v1.0.0\tv1.0.0+incompatible', '='],
  ])('%s orders %j: %s', async (scheme, line, answer) => {
    const ran = await bench.run(['compare-versions', '--scheme', scheme], { input: `${line}\n` });
    expect(ran).toMatchObject({ code: 0, stdout: `${answer}\n`, stderr: '' });
  });

  test('satisfies answers each line', async () => {
    const ran = await bench.run(['satisfies', '--scheme', 'npm'], { input: '1.2.3\t^1.1.0\n2.0.0\t^1.1.0\nno tab\n' });
    expect(ran).toMatchObject({ code: 0, stdout: 'true\nfalse\n?\n', stderr: '' });
  });

  test('100,000 lines have 100,000 answers', async () => {
    const lines = Array.from({ length: 100_000 }, (_, index) => `1.${index}-1\t1.${index + (index % 3)}-1`);
    const expected = Array.from({ length: 100_000 }, (_, index) => (index % 3 === 0 ? '=' : '<'));
    const ran = await bench.run(['compare-versions', '--scheme', 'rpm'], { input: lines.join('\n') });
    expect(ran.stdout).toBe(`${expected.join('\n')}\n`);
    const ranges = lines.map((_, index) => `1.${index}.0\t>=1.50000.0`).join('\n');
    const satisfied = await bench.run(['satisfies', '--scheme', 'npm'], { input: ranges });
    expect(satisfied.stdout).toBe('false\n'.repeat(50_000) + 'true\n'.repeat(50_000));
  });
});
