import { describe, expect, it } from 'vitest';
import type { Container } from '#workload/model/container.ts';
import { valueIn } from '#workload/model/setting.ts';
import { readFrom, rulesOf } from '#workload/workloads.fixture.ts';

async function container(text: string): Promise<Container> {
  const read = await readFrom({ 'c.json': text });
  const found = read.documents[0]?.workloads[0]?.containers[0];
  if (found === undefined) throw new Error('no container');
  return found;
}

describe('the body that creates a container is read as the engine reads it', () => {
  it.each([
    ['in any case', '{"image":"a","hostconfig":{"privileged":true}}'],
    ['given twice, the second without it', '{"Image":"a","HostConfig":{"Privileged":true},"HostConfig":{}}'],
    ['with letters that fold', '{"Image":"a","Ho\u017ftConfig":{"Privileged":true}}'],
    ['escaped', '{"Image":"a","HostConfig":{"Pr\\u0069vileged":true}}'],
  ])('%s', async (_, text) => {
    expect(valueIn((await container(text)).privileged)).toBe(true);
    expect(await rulesOf(text)).toContain('privileged');
  });
});

describe('what inspecting tells', () => {
  const inspected = (host: object, config: object = {}, rest: object = {}) =>
    JSON.stringify([
      {
        Id: 'b'.repeat(64),
        Name: '/web',
        Image: `sha256:${'a'.repeat(64)}`,
        Config: { Image: 'x:1', ...config },
        HostConfig: host,
        ...rest,
      },
    ]);

  it('zero and empty are nothing', async () => {
    const one = await container(
      inspected(
        {
          Memory: 0,
          NanoCpus: 0,
          PidsLimit: null,
          CpuShares: 0,
          SecurityOpt: null,
          CapAdd: null,
          UsernsMode: '',
          Privileged: false,
        },
        { User: '' },
      ),
    );
    expect([one.memoryLimit, one.cpuLimit, one.pidsLimit, one.user]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(valueIn(one.privileged)).toBe(false);
  });

  it('an empty mode for users is no user namespace', async () => {
    const text = inspected({ UsernsMode: '' }, { User: '' });
    expect((await container(text)).host.user).toBeUndefined();
    expect(await rulesOf(text)).toContain('root-user');
  });

  it('mounts are named once, however they were asked for', async () => {
    const one = await container(
      inspected(
        { Binds: ['/etc:/etc:ro', 'data:/data'], Tmpfs: { '/tmp': '' } },
        {},
        {
          Mounts: [
            { Type: 'bind', Source: '/etc', Destination: '/etc', RW: false, Propagation: 'rprivate' },
            {
              Type: 'volume',
              Name: 'data',
              Source: '/var/lib/docker/volumes/data/_data',
              Destination: '/data',
              RW: true,
            },
            { Type: 'volume', Name: 'c'.repeat(64), Source: '/x', Destination: '/nameless', RW: true },
          ],
        },
      ),
    );
    expect(one.mounts.map(({ at: _, ...mount }) => mount)).toEqual([
      { kind: 'memory', target: '/tmp', readOnly: false },
      { kind: 'host', source: '/etc', target: '/etc', readOnly: true },
      { kind: 'volume', source: 'data', target: '/data', readOnly: false },
      { kind: 'anonymous', source: 'c'.repeat(64), target: '/nameless', readOnly: false },
    ]);
  });

  it('ports are those of the host', async () => {
    const one = await container(
      inspected({
        PortBindings: {
          '80/tcp': [{ HostIp: '', HostPort: '8080' }],
          '81/udp': [{ HostIp: '127.0.0.1', HostPort: '' }],
          '82/tcp': null,
        },
      }),
    );
    expect(one.ports.map(({ at: _, ...port }) => port)).toEqual([
      { container: 80, host: 8080, address: undefined },
      { container: 81, host: undefined, address: '127.0.0.1' },
    ]);
  });

  it('an image’s description is no container', async () => {
    expect(
      (await readFrom({ 'i.json': JSON.stringify([{ Id: 'sha256:a', RepoTags: ['a:1'], Config: { Env: [] } }]) }))
        .documents,
    ).toEqual([]);
  });
});
