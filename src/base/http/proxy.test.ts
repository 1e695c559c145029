import { describe, expect, test } from 'vitest';
import { proxyFor } from '#base/http/proxy.ts';

const through = (url: string, environment: Record<string, string>) => proxyFor(new URL(url), environment)?.href;
const PROXY = 'http://proxy.example:3128';

describe('proxyFor', () => {
  test('takes the proxy of the scheme, upper case first, with or without http://', () => {
    expect(through('https://a.example/', { HTTPS_PROXY: PROXY, https_proxy: 'http://other' })).toBe(`${PROXY}/`);
    expect(through('https://a.example/', { https_proxy: 'proxy.example:3128' })).toBe(`${PROXY}/`);
    expect(through('http://a.example/', { http_proxy: PROXY })).toBe(`${PROXY}/`);
    expect(through('https://a.example/', { HTTP_PROXY: PROXY })).toBeUndefined();
    expect(through('https://a.example/', { HTTPS_PROXY: '' })).toBeUndefined();
  });

  test('never asks a proxy for this machine', () => {
    for (const host of ['localhost', '127.0.0.1:5000', '127.8.0.1', '[::1]:5000', '[::ffff:127.0.0.1]']) {
      expect(through(`http://${host}/`, { HTTP_PROXY: PROXY })).toBeUndefined();
    }
    expect(through('http://localhost.example/', { HTTP_PROXY: PROXY })).toBeDefined();
  });

  test.each([
    ['*', 'https://a.example/', true],
    ['a.example', 'https://a.example/', true],
    ['A.Example', 'https://a.example./', true],
    ['a.example', 'https://b.a.example/', true],
    ['a.example', 'https://ba.example/', false],
    ['.a.example', 'https://b.a.example/', true],
    ['.a.example', 'https://a.example/', false],
    ['*.a.example', 'https://b.a.example/', true],
    ['a.example:443', 'https://a.example/', true],
    ['a.example:5000', 'https://a.example/', false],
    ['a.example:5000', 'https://a.example:5000/', true],
    ['x, 10.0.0.0/8', 'https://10.1.2.3/', true],
    ['10.0.0.0/8', 'https://11.1.2.3/', false],
    ['10.0.0.0/99', 'https://10.1.2.3/', false],
    ['fd00::/8', 'https://[fd00::1]/', true],
    ['10.1.2.3', 'https://10.1.2.3/', true],
    ['[fd00::1]:443', 'https://[fd00::1]/', true],
    ['10.1.2.3', 'https://x.10.1.2.3.example/', false],
    ['10.0.0.0/8', 'https://a.example/', false],
  ])('NO_PROXY=%s exempts %s: %s', (noProxy, url, exempt) => {
    expect(through(url, { HTTPS_PROXY: PROXY, NO_PROXY: noProxy }) === undefined).toBe(exempt);
  });

  test.each(['socks5://proxy.example', 'http://', 'http://a b'])('refuses %s without repeating it', (proxy) => {
    expect(() => through('https://a.example/', { HTTPS_PROXY: proxy })).toThrow(
      expect.objectContaining({ code: 'HTTP_PROXY_INVALID', message: expect.not.stringContaining(proxy) }),
    );
  });
});
