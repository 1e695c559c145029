import { sign, verify } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '#core/errors.ts';
import { formatSignerKey, formatVerifierKey, generateSigner, parseSignerKey, parseVerifierKey } from './keys.ts';

/** The public key of Go's checksum database, as every Go program has it. */
const GO_KEY = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
const MALFORMED = expect.objectContaining({ name: 'HoldfastError', code: 'KEY_MALFORMED' });

describe('keys of notes', () => {
  it('are read and written as Go writes them', () => {
    const key = parseVerifierKey(GO_KEY);
    expect(key).toMatchObject({ name: 'sum.golang.org', keyId: '033de0ae' });
    expect(formatVerifierKey(key)).toBe(GO_KEY);
  });

  it('keep their secret through text', () => {
    const signer = generateSigner('log.example/ä');
    const text = formatSignerKey(signer);
    expect(text).toMatch(/^PRIVATE\+KEY\+log\.example\/ä\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}$/);
    const read = parseSignerKey(text);
    expect(formatSignerKey(read)).toBe(text);
    expect(formatVerifierKey(read.verifierKey)).toBe(formatVerifierKey(signer.verifierKey));
    const signature = sign(null, Buffer.from('text'), read.privateKey);
    const { publicKey } = parseVerifierKey(formatVerifierKey(signer.verifierKey));
    expect(verify(null, Buffer.from('text'), publicKey, signature)).toBe(true);
  });

  it('derive the public key of RFC 8032, section 7.1, test 1, from its seed', () => {
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
    const publicKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
    const base64 = (hex: string) => Buffer.from(`01${hex}`, 'hex').toString('base64');
    const signer = parseSignerKey(`PRIVATE+KEY+a+91305c6d+${base64(seed)}`);
    expect(formatVerifierKey(signer.verifierKey)).toBe(`a+91305c6d+${base64(publicKey)}`);
  });

  it('do not show the secret when printed or serialised', () => {
    const signer = generateSigner('a');
    const secret = formatSignerKey(signer).slice(-44);
    for (const shown of [
      inspect(signer, { depth: 9, showHidden: true }),
      JSON.stringify(signer),
      String(signer.privateKey),
    ]) {
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain(Buffer.from(secret, 'base64').subarray(1).toString('hex'));
    }
  });

  it('have names that a note can hold', () => {
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\u2003', '\u0085', 'a\nb', '\u0001', '\ud800']) {
      expect(() => generateSigner(name)).toThrow(MALFORMED);
    }
  });

  it('are refused with any change, and the refusal holds nothing of them', () => {
    const signer = generateSigner('log.example');
    for (const [text, parse] of [
      [formatVerifierKey(signer.verifierKey), parseVerifierKey],
      [formatSignerKey(signer), parseSignerKey],
    ] as const) {
      const material = text.slice(-44);
      const wrong = [
        ...[
          `${text}\n`,
          ` ${text}`,
          text.slice(0, -1),
          `${text}A`,
          text.replace('+A', '+B'),
          text.replace('log', 'lag'),
        ],
        ...[text.slice(0, -44), text.toUpperCase(), '', '+++', 'a+b', `${'x'.repeat(5000)}${text}`],
        text.replace(/\+[0-9a-f]{8}\+/, '+00000000+'),
      ];
      for (const bad of wrong) {
        expect(() => parse(bad)).toThrow(MALFORMED);
        expect(() => parse(bad)).not.toThrow(material.slice(4, 20));
      }
    }
  });

  it('are not taken one for the other, and the secret is not repeated', () => {
    const signer = generateSigner('a');
    expect(() => parseVerifierKey(formatSignerKey(signer))).toThrow('This is a private key');
    expect(() => parseSignerKey(formatVerifierKey(signer.verifierKey))).toThrow(MALFORMED);
  });

  it('throw nothing but their own refusal', () => {
    const bytes = fc.uint8Array({ minLength: 33, maxLength: 33 }).map((all) => Buffer.from([1, ...all.slice(1)]));
    const key = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.constantFrom('a', '', ' '), bytes).map(([name, raw]) => `${name}+00000000+${raw.toString('base64')}`),
    );
    fc.assert(
      fc.property(key, fc.constantFrom('', 'PRIVATE+KEY+'), (text, prefix) => {
        for (const parse of [parseVerifierKey, parseSignerKey]) {
          try {
            parse(prefix + text);
          } catch (error) {
            expect(error).toBeInstanceOf(HoldfastError);
          }
        }
      }),
    );
  });
});
