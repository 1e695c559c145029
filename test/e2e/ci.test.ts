import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startServer } from '../fakes/http-server.ts';
import { ociFiles } from '../fakes/layouts.ts';
import { plantAdvisories } from '../fakes/planted/plant.ts';
import { tarOf } from '../fakes/tar.ts';
import { type Bench, startBench, TEST_EPOCH } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly script: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly artifacts: { readonly paths: readonly string[]; readonly reports: Readonly<Record<string, string>> };
}

const ACTION = 'deploy/ci/github/action.yml';
const EXAMPLE = 'deploy/ci/github/example.yml';
const GITLAB = 'deploy/ci/gitlab/holdfast.gitlab-ci.yml';
const action: {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
} = parse(read(ACTION));
const gitlab: Readonly<Record<string, Job>> = parse(read(GITLAB));

let bench: Bench;

/** An OCI layout of an image with one Debian package, in a directory. */
function layout(name: string, [found, version]: readonly [string, string]): string {
  const status = `Package: ${found}\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: X <x@debian.org>\nVersion: ${version}\n\n`;
  const layer = tarOf([
    { name: 'etc/os-release', body: 'PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_ID="12"\nID=debian\n' },
    { name: 'var/lib/dpkg/status', body: status },
  ]);
  const config = { created: '2024-06-01T00:00:00Z', config: { User: '1000' } };
  for (const { name: path, body = '' } of ociFiles({ layers: [layer], config })) {
    mkdirSync(dirname(bench.path(name, path)), { recursive: true });
    writeFileSync(bench.path(name, path), body);
  }
  return `oci:${name}`;
}

beforeAll(async () => {
  bench = startBench();
  layout('good', ['clean', '9.9-1']);
  layout('bad', ['exploited', '1.0-1']);
  mkdirSync(bench.path('feeds'));
  const from = plantAdvisories(bench.path('feeds'));
  const built = await bench.run(['db', 'build', '--from', ...from, '--out', 'advisories.db']);
  expect(built.code, built.stderr).toBe(0);
});
afterAll(() => bench.remove());

/** How a script ended, run as pipelines run it. */
function script(
  text: string,
  environment: Readonly<Record<string, string>>,
  shell: readonly string[] = ['bash', '--noprofile', '--norc', '-eo', 'pipefail'],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const directory = mkdtempSync(bench.path('step-'));
  const file = join(directory, 'script');
  writeFileSync(file, text);
  const [program = '', ...args] = shell;
  const child = spawn(program, [...args, file], {
    cwd: bench.directory,
    env: {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: bench.path('home'),
      DOCKER_HOST: `unix://${bench.directory}/none`,
      SOURCE_DATE_EPOCH: TEST_EPOCH,
      ...environment,
    },
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString('utf8') })),
  );
}

describe('what pipelines are given', () => {
  test.each([ACTION, EXAMPLE])('%s names every action by a commit, with its version beside it', (file) => {
    const uses = read(file)
      .split('\n')
      .filter((line) => /^\s*-?\s*uses:/.test(line));
    expect(uses.length).toBeGreaterThan(1);
    for (const line of uses)
      expect(line).toMatch(/uses: [\w.-]+(?:\/[\w.-]+)+@[0-9a-f]{40} # (?:v\d+\.\d+\.\d+|your commit of Holdfast)$/);
  });

  test('the example asks for the least that its steps take, and keeps no password in the checkout', () => {
    const { permissions, jobs } = parse(read(EXAMPLE));
    expect(permissions).toEqual({});
    expect(jobs.check.permissions).toEqual({ contents: 'read', 'security-events': 'write' });
    const [checkout] = jobs.check.steps;
    expect(checkout.with).toEqual({ 'persist-credentials': false });
    expect(read(EXAMPLE)).not.toContain('pull_request_target');
    const given = jobs.check.steps.find(({ id }: Step) => id === 'holdfast').with;
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
  });

  test('no input becomes part of a script: scripts read variables', () => {
    for (const { run = '' } of action.runs.steps) expect(run).not.toContain('${{');
    for (const { description } of Object.values(action.inputs)) expect(description.length).toBeGreaterThan(20);
  });
});

needs('shellcheck')('scripts of pipelines', () => {
  test('are sound to shellcheck', () => {
    const scripts = [
      ...action.runs.steps.flatMap(({ run }) => (run === undefined ? [] : [['bash', run] as const])),
      ...Object.values(gitlab).flatMap((job) => (job.script ?? []).map((text) => ['sh', text] as const)),
    ];
    expect(scripts.length).toBeGreaterThan(6);
    // They end where a command fails, and variables come from the pipeline.
    for (const [shell, text] of scripts)
      execFileSync('shellcheck', ['--shell', shell, '--exclude', 'SC2153,SC2154', '-'], { input: `set -e\n${text}` });
  });
});

describe('the GitHub action', () => {
  /** Runs the steps of the action as a runner does; actions of others are noted, not run. */
  async function runAction(inputs: Readonly<Record<string, string>>) {
    const temporary = mkdtempSync(bench.path('runner-'));
    const files = { output: join(temporary, 'output'), summary: join(temporary, 'summary') };
    const outputs = new Map<string, string>();
    const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? ''] as const);
    const given = new Map([...defaults, ...Object.entries(inputs)]);
    const resolve = (text: string) =>
      text.replace(/\$\{\{ (?:inputs\.([\w-]+)|steps\.check\.outputs\.([\w-]+)) \}\}/g, (_, input, output) =>
        input === undefined ? (outputs.get(output) ?? '') : (given.get(input) ?? ''),
      );
    const used: string[] = [];
    let code: number | null = 0;
    let said = '';
    for (const { name, uses, run, env = {}, if: condition } of action.runs.steps) {
      if (name === 'Build Holdfast') continue;
      if (uses !== undefined) {
        const wanted =
          condition === undefined || (given.get('upload') === 'true' && outputs.get('sarif') !== undefined);
        if (wanted) used.push(uses.replace(/@.*/, ''));
        continue;
      }
      writeFileSync(files.output, '');
      const ran = await script(run ?? '', {
        ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, resolve(value)])),
        GITHUB_ACTION_PATH: join(ROOT, 'deploy/ci/github'),
        GITHUB_ACTION: 'holdfast',
        GITHUB_OUTPUT: files.output,
        GITHUB_STEP_SUMMARY: files.summary,
        RUNNER_TEMP: temporary,
      });
      said += ran.output;
      for (const line of readFileSync(files.output, 'utf8').split('\n').filter(Boolean)) {
        const equals = line.indexOf('=');
        outputs.set(line.slice(0, equals), line.slice(equals + 1));
      }
      code = ran.code;
      if (code !== 0) break;
    }
    const summary = existsSync(files.summary) ? readFileSync(files.summary, 'utf8') : '';
    rmSync(files.output);
    return { code, outputs, summary, used, said };
  }

  test('lets a good image pass', async () => {
    const ran = await runAction({ images: 'oci:good', advisories: 'advisories.db' });
    expect([ran.code, ran.outputs.get('decision'), ran.said]).toEqual([0, 'allow', expect.stringMatching(/^ALLOW/)]);
    expect(ran.used).toEqual(['actions/setup-node', 'github/codeql-action/upload-sarif']);
    expect(ran.summary).toContain('✅ ALLOW');
  });

  test('stops a bad one, after its findings were written for code scanning and the summary', async () => {
    const ran = await runAction({
      images: 'oci:good\n  oci:bad\n',
      policy: 'baseline\nstrict',
      advisories: 'advisories.db',
    });
    expect([ran.code, ran.outputs.get('decision')]).toEqual([3, 'deny']);
    const { runs } = JSON.parse(readFileSync(ran.outputs.get('sarif') ?? '', 'utf8'));
    expect(runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)).toContain('CVE-2023-10020');
    expect(ran.used).toContain('github/codeql-action/upload-sarif');
    expect(ran.summary).toContain('CVE-2023-10020');
    expect(readFileSync(ran.outputs.get('html') ?? '', 'utf8')).toContain('<!doctype html>');
  });

  test('does with an unknown verdict what it is told', async () => {
    const unknown = { images: 'oci:good', policy: 'needs-baseline.yaml', advisories: 'advisories.db' };
    writeFileSync(
      bench.path('needs-baseline.yaml'),
      'apiVersion: holdfast/v1\nkind: Policy\nname: image-age\nmode: enforce\nwhenUnknown: warn\nrules:\n  - rule: registries\n    allowed: [registry.example]\n',
    );
    const ran = await runAction(unknown);
    expect([ran.code, ran.outputs.get('decision'), ran.said]).toEqual([
      4,
      'unknown',
      expect.stringContaining('UNKNOWN'),
    ]);
    const passed = await runAction({ ...unknown, unknown: 'pass', upload: 'false' });
    expect([passed.code, passed.said]).toEqual([0, expect.stringContaining('::warning::')]);
    expect(passed.used).toEqual(['actions/setup-node']);
  });

  test('takes advisories from a mirror', async () => {
    const file = readFileSync(bench.path('advisories.db'));
    const mirror = await startServer((_, response) => response.end(file));
    const ran = await runAction({ images: 'oci:bad', advisories: `${mirror.url}/advisories.db` });
    await mirror.close();
    rmSync(bench.path('home/.local'), { recursive: true });
    expect([ran.code, ran.outputs.get('decision')]).toEqual([3, 'deny']);
  });

  test('fails where nothing could be checked, and takes no image for an option', async () => {
    const ran = await runAction({ images: '--version', advisories: 'advisories.db' });
    expect([ran.code === 0, ran.outputs.get('decision')]).toEqual([false, 'failed']);
    expect((await runAction({ images: 'oci:good', advisories: 'absent.db' })).code).toBe(2);
  });

  test('builds the Holdfast of its own commit', async () => {
    const build = action.runs.steps.find(({ name }) => name === 'Build Holdfast');
    mkdirSync(bench.path('bin'), { recursive: true });
    writeFileSync(bench.path('bin/npm'), '#!/bin/sh\necho "$PWD: $*"\n');
    chmodSync(bench.path('bin/npm'), 0o755);
    const ran = await script(build?.run ?? '', {
      GITHUB_ACTION_PATH: join(ROOT, 'deploy/ci/github'),
      PATH: `${bench.path('bin')}:/usr/bin:/bin`,
    });
    expect([ran.code, ran.output]).toEqual([0, `${ROOT}: ci --no-audit --no-fund\n`]);
    // What makes dist/ of it.
    expect(JSON.parse(read('package.json')).scripts.prepare).toBe('node tools/build.mjs');
  });
});

describe('the GitLab template', () => {
  const OWN = { HOLDFAST: `node ${join(ROOT, 'dist/main.js')}` };
  const runJob = async (name: string, environment: Readonly<Record<string, string>>) => {
    const job = gitlab[name];
    const text = (job?.script ?? []).join('\n');
    const written = { ...job?.artifacts.reports, path: job?.artifacts.paths[0] ?? '' };
    for (const file of Object.values(written)) rmSync(bench.path(file), { force: true });
    const ran = await script(text, { ...job?.variables, ...OWN, XDG_DATA_HOME: bench.path('data'), ...environment }, [
      'sh',
      '-e',
    ]);
    const missing = Object.values(written).filter((file) => !existsSync(bench.path(file)));
    return { ...ran, missing, reports: job?.artifacts.reports ?? {} };
  };
  const check = (target: string, more: Readonly<Record<string, string>> = {}) =>
    runJob('holdfast-check', { HOLDFAST_TARGET: target, HOLDFAST_ADVISORIES: bench.path('advisories.db'), ...more });

  test('lets a good image pass, stops a bad one, and writes every report that it names', async () => {
    const good = await check('oci:good');
    expect([good.code, good.missing, good.output]).toEqual([0, [], expect.stringMatching(/^ALLOW/)]);
    const bad = await check('oci:bad');
    expect([bad.code, bad.missing]).toEqual([3, []]);
    const report = JSON.parse(readFileSync(bench.path(bad.reports['container_scanning'] ?? ''), 'utf8'));
    expect(report.vulnerabilities.map(({ name }: { name: string }) => name)).toEqual(['CVE-2023-10020']);
    expect(readFileSync(bench.path(bad.reports['junit'] ?? ''), 'utf8')).toContain('<failure type="deny"');
  });

  test('keeps the registry’s password out of arguments and out of reach', async () => {
    const [first = ''] = gitlab['holdfast-check']?.script ?? [];
    const ran = await script(
      `set -x\n${first}\nset +x\nstat -c %a "$REGISTRY_AUTH_FILE"; cat "$REGISTRY_AUTH_FILE"; rm "$REGISTRY_AUTH_FILE"`,
      { CI_REGISTRY: 'registry.example', CI_REGISTRY_USER: 'me', CI_REGISTRY_PASSWORD: 'secret' },
      ['sh', '-e'],
    );
    const auth = Buffer.from('me:secret').toString('base64');
    expect(ran.output).toContain(`600\n{"auths":{"registry.example":{"auth":"${auth}"}}}`);
  });

  test('lint judges the project, and its findings reach the merge request', async () => {
    mkdirSync(bench.path('project'), { recursive: true });
    writeFileSync(bench.path('project/Dockerfile'), 'FROM debian:12\nRUN curl https://x.example/i.sh | sh\n');
    const ran = await runJob('holdfast-lint', { HOLDFAST_PATHS: 'project' });
    expect([ran.code, ran.missing]).toEqual([3, []]);
    const [found] = JSON.parse(readFileSync(bench.path(ran.reports['codequality'] ?? ''), 'utf8'));
    expect(found.location.path).toBe('project/Dockerfile');
    const loose = await runJob('holdfast-lint', { HOLDFAST_PATHS: 'project', HOLDFAST_FAIL_ON: 'critical' });
    expect(loose.code).toBe(0);
  });

  test('runs the image that the container’s build file makes, named by the one who includes it', () => {
    expect(parse(read(GITLAB))['.holdfast'].image).toEqual({ name: '$HOLDFAST_IMAGE', entrypoint: [''] });
    expect(read('deploy/container/Dockerfile')).toContain('"node", "/opt/holdfast/dist/main.js"');
  });
});

describe('the hook for pre-commit', () => {
  const [hook] = parse(read('.pre-commit-hooks.yaml'));

  test('runs what the package installs, on files that lint judges by their names, and on no others', () => {
    expect([hook.language, hook.entry]).toEqual(['node', 'holdfast lint']);
    expect(JSON.parse(read('package.json')).bin).toHaveProperty('holdfast');
    const wanted = new RegExp(hook.files.replace('(?i)', ''), 'i');
    const unwanted = new RegExp(hook.exclude);
    const picks = (path: string) => wanted.test(path) && !unwanted.test(path);
    const yes = [
      'Dockerfile',
      'a/Dockerfile.dev',
      'x.dockerfile',
      'Containerfile',
      'compose.yaml',
      'b/docker-compose.prod.yml',
    ];
    const no = [
      'README.md',
      'values.yaml',
      'Dockerfile.dockerignore',
      'src/dockerfile/x.ts',
      'compose.txt',
      'mycompose.yaml',
    ];
    expect([yes.filter((path) => !picks(path)), no.filter(picks)]).toEqual([[], []]);
  });

  test('finds the tarball: npm prints its name alone, without what scripts print', () => {
    const setting = execFileSync('npm', ['config', 'get', 'foreground-scripts'], { cwd: ROOT, encoding: 'utf8' });
    expect(setting.trim()).toBe('false');
  });

  test('a bad build file stops the commit, a good one does not', async () => {
    writeFileSync(bench.path('bad.dockerfile'), 'FROM debian:12\nRUN curl https://x.example/i.sh | sh\n');
    writeFileSync(bench.path('good.dockerfile'), 'FROM debian:12\nUSER 10001\nCMD ["true"]\n');
    const run = (...files: readonly string[]) => bench.run([...hook.entry.split(' ').slice(1), ...hook.args, ...files]);
    expect((await run('good.dockerfile', 'bad.dockerfile')).code).toBe(3);
    expect((await run('good.dockerfile')).code).toBe(0);
  });
});
