import { expect, test } from 'vitest';
import { formatEndpoint, parseEngineHost } from '#base/engine/endpoint.ts';

test('reads sockets and addresses, and writes them as they were', () => {
  for (const host of ['unix:///run/docker.sock', 'tcp://127.0.0.1:2375', 'tcp://[::1]:99', 'tcp://localhost:2375']) {
    expect(formatEndpoint(parseEngineHost(host, undefined))).toBe(host);
  }
});

test('takes the usual ports when none is written', () => {
  expect(parseEngineHost('tcp://localhost', undefined)).toMatchObject({ port: 2375 });
  expect(parseEngineHost('tcp://engine.example', { ca: '/ca.pem' })).toMatchObject({ port: 2376 });
});

test('refuses an engine elsewhere without TLS, and names what to set', () => {
  for (const host of ['tcp://engine.example:2375', 'tcp://10.0.0.1:2375', 'tcp://127.example:1']) {
    expect(() => parseEngineHost(host, undefined)).toThrow(
      expect.objectContaining({ code: 'ENGINE_HOST_INVALID', hint: expect.stringContaining('DOCKER_TLS_VERIFY') }),
    );
  }
});

test('refuses ssh with a way to go on', () => {
  expect(() => parseEngineHost('ssh://user@host', undefined)).toThrow(
    expect.objectContaining({ code: 'ENGINE_HOST_INVALID', kind: 'usage', hint: expect.stringContaining('ssh -NL') }),
  );
});

test('refuses what is no address', () => {
  const hosts = ['', 'docker.sock', 'unix://relative.sock', 'npipe:////./pipe/docker_engine', 'tcp://', 'tcp://a b:1'];
  for (const host of [...hosts, 'tcp://localhost:0', 'tcp://localhost:99999', 'unix:///a\0b', 'tcp://x/../y']) {
    expect(() => parseEngineHost(host, undefined)).toThrow(expect.objectContaining({ code: 'ENGINE_HOST_INVALID' }));
  }
});
