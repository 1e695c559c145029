import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { startEngine } from '../harness/engine.ts';
import { needs } from '../harness/skip.ts';

function processesNaming(text: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || name === String(process.pid)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

/** Directories that an engine without a place of its own would write into. */
function hostDirectories(): unknown {
  const paths = ['/etc/docker', '/opt', '/run', '/var/run', '/run/docker', '/run/containerd', '/run/netns'];
  return paths.map(namesIn);
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

/** Other engines may run at the same time: control groups of these containers, mounts of this engine. */
function leftOf(containers: readonly string[], directory: string): readonly string[] {
  const groups = namesIn('/sys/fs/cgroup').flatMap((name) => {
    const own = namesIn(join('/sys/fs/cgroup', name)).filter((sub) => sub.includes('holdfast'));
    return own.flatMap((sub) => namesIn(join('/sys/fs/cgroup', name, sub)).map((one) => `${name}/${sub}/${one}`));
  });
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return [
    ...groups.filter((name) => containers.some((id) => name.includes(id))),
    ...mounts.filter((line) => line.includes(directory)),
  ];
}

needs('engine', 'busybox')('the private engine', () => {
  test('runs containers and leaves nothing behind, even with running and paused ones', async () => {
    const before = hostDirectories();
    let containers: readonly string[] = [];
    const engine = await startEngine();
    try {
      await buildImage(engine, 'small', [...BASE_LINES, 'RUN touch /made']);
      expect(await engine.docker('run', '--rm', '--network', 'none', 'small', 'ls', '/made')).toBe('/made\n');
      const sleep = ['--network', 'none', 'small', 'sleep', '1000'];
      await engine.docker('run', '--detach', '--name', 'running', ...sleep);
      await engine.docker('run', '--detach', '--name', 'paused', ...sleep);
      await engine.docker('pause', 'paused');
      containers = (await engine.docker('ps', '--quiet', '--no-trunc')).trim().split('\n');
      expect(leftOf(containers, dirname(engine.root)).length).toBeGreaterThanOrEqual(containers.length);
      expect(existsSync(join(engine.root, 'overlay2'))).toBe(true);
      expect(processesNaming(dirname(engine.root)).length).toBeGreaterThan(0);
    } finally {
      await engine.stop();
    }
    expect(processesNaming(dirname(engine.root))).toEqual([]);
    expect(existsSync(dirname(engine.root))).toBe(false);
    expect(leftOf(containers, dirname(engine.root))).toEqual([]);
    expect(hostDirectories()).toEqual(before);
  });
});
