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

function hostState(): unknown {
  const list = (directory: string) => (existsSync(directory) ? readdirSync(directory).sort() : []);
  const cgroups = list('/sys/fs/cgroup').flatMap((name) =>
    list(join('/sys/fs/cgroup', name)).map((sub) => `${name}/${sub}`),
  );
  return {
    mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    directories: ['/etc/docker', '/opt', '/run', '/var/run', '/run/docker', '/run/containerd', '/run/netns'].map(list),
    cgroups: cgroups.filter((name) => /docker|holdfast/.test(name)),
  };
}

needs('engine', 'busybox')('the private engine', () => {
  test('runs containers and leaves nothing behind, even with running and paused ones', async () => {
    const before = hostState();
    const engine = await startEngine();
    try {
      await buildImage(engine, 'small', [...BASE_LINES, 'RUN touch /made']);
      expect(await engine.docker('run', '--rm', '--network', 'none', 'small', 'ls', '/made')).toBe('/made\n');
      const sleep = ['--network', 'none', 'small', 'sleep', '1000'];
      await engine.docker('run', '--detach', '--name', 'running', ...sleep);
      await engine.docker('run', '--detach', '--name', 'paused', ...sleep);
      await engine.docker('pause', 'paused');
      expect(existsSync(join(engine.root, 'overlay2'))).toBe(true);
      expect(processesNaming(dirname(engine.root)).length).toBeGreaterThan(0);
    } finally {
      await engine.stop();
    }
    expect(processesNaming(dirname(engine.root))).toEqual([]);
    expect(existsSync(dirname(engine.root))).toBe(false);
    expect(hostState()).toEqual(before);
  });
});
