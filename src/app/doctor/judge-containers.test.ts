import { expect, test } from 'vitest';
import { givesHost, isReachable, together } from '#app/doctor/exposure.ts';
import { judgeContainers } from '#app/doctor/judge-containers.ts';

const inspected = (host: object, config: object = {}, rest: object = {}) => ({
  ...{ Id: 'a'.repeat(64), Name: '/web', Image: `sha256:${'b'.repeat(64)}`, Config: { Image: 'x:1', ...config } },
  HostConfig: { NetworkMode: 'bridge', ...host },
  ...rest,
});

async function judged(...answers: readonly (object | string | undefined)[]) {
  const read = async (path: string) => {
    const answer = answers[Number(/\/containers\/(\d+)\//.exec(path)?.[1])];
    return answer === undefined ? undefined : Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer));
  };
  return judgeContainers(
    { read },
    answers.map((_, index) => ({ id: String(index), name: `c${index}` })),
  );
}

test('what lies between an attacker and a container is read from how it runs', async () => {
  const bind = (Source: string, Destination: string) => ({ Type: 'bind', Source, Destination, RW: true });
  const { judged: found, problems } = await judged(
    inspected(
      {
        Privileged: true,
        PortBindings: {
          '80/tcp': [
            { HostIp: '', HostPort: '8080' },
            { HostIp: '127.0.0.1', HostPort: '9' },
          ],
        },
      },
      {},
      { Mounts: [bind('/etc', '/e'), bind('/srv/app', '/app'), bind('/var/run/docker.sock', '/s')] },
    ),
    inspected({ NetworkMode: 'host' }, { User: '1000' }),
  );
  expect(problems).toEqual([]);
  expect(found[0]?.exposure).toEqual({
    ...{ ports: ['8080'], hostNetwork: false, root: true, privileged: true, engineSocket: true, hostPaths: ['/etc'] },
  });
  expect(found[1]?.exposure).toMatchObject({ ports: [], hostNetwork: true, root: false });
  expect(found.map(({ exposure }) => [isReachable(exposure), givesHost(exposure)])).toEqual([
    [true, true],
    [true, false],
  ]);
  expect(together(found.map(({ exposure }) => exposure))).toMatchObject({ hostNetwork: true, privileged: true });
  expect(found[0]?.reasons.map(({ rule }) => rule)).toContain('run/engine-socket');
  const root = found[0]?.reasons.find(({ rule }) => rule === 'run/root-user');
  expect(root).toMatchObject({ severity: 'high', sentence: expect.stringContaining('runs as root') });
});

test('a container that ended in between is left out, and an answer that cannot be read is a problem', async () => {
  const { judged: found, problems } = await judged(undefined, '{"Id": ', inspected({}));
  expect(found.map(({ id }) => id)).toContain('2');
  expect(found.map(({ id }) => id)).not.toContain('0');
  expect(problems).toHaveLength(1);
});
