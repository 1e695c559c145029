import fc from 'fast-check';
import { expect, it } from 'vitest';
import { poly1305 } from './poly1305.ts';

/** The definition, in big integers. */
function plain(r: Uint8Array, last: Uint8Array, message: Uint8Array): string {
  const number = (bytes: Uint8Array) => bytes.reduceRight((all, byte) => (all << 8n) + BigInt(byte), 0n);
  const key = number(r) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = message.subarray(at, at + 16);
    sum = ((sum + number(block) + (1n << BigInt(8 * block.length))) * key) % (2n ** 130n - 5n);
  }
  const all = (sum + number(last)) & (2n ** 128n - 1n);
  return Buffer.from(all.toString(16).padStart(32, '0'), 'hex').reverse().toString('hex');
}

it('gives the tag of the standard’s example (RFC 8439, section 2.5.2)', () => {
  const r = Buffer.from('85d6be7857556d337f4452fe42d506a8', 'hex');
  const s = Buffer.from('0103808afb0db2fd4abff6af4149f51b', 'hex');
  const message = Buffer.from('Cryptographic Forum Research Group');
  expect(poly1305(r, s, message).toString('hex')).toBe('a8061dc1305136c6c22b8baf0c0127a9');
});

it('is exact where all bits are set, however long the message', () => {
  const ones = Buffer.alloc(16, 0xff);
  for (const length of [0, 1, 15, 16, 17, 32, 4096, 70_001]) {
    const message = Buffer.alloc(length, 0xff);
    expect(poly1305(ones, ones, message).toString('hex')).toBe(plain(ones, ones, message));
  }
});

it('gives what the definition gives, at any place in memory', () => {
  const byte16 = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(byte16, byte16, fc.uint8Array({ maxLength: 400 }), fc.nat(7), (r, s, message, shift) => {
      const moved = Buffer.concat([Buffer.alloc(shift), message]).subarray(shift);
      expect(poly1305(r, s, moved).toString('hex')).toBe(plain(r, s, message));
    }),
    { numRuns: 300 },
  );
});
