const LIMB = 0x3fffff;
const BASE = 2 ** 22;
const INVERSE = 2 ** -22;
/** Bit 128 of a whole block stands in the sixth limb, which begins at bit 110. */
const WHOLE_BLOCK = 1 << 18;
const PRIME = 2n ** 130n - 5n;
const MASK_128 = 2n ** 128n - 1n;

type Limbs = [number, number, number, number, number, number];

/** Sixteen bytes as six limbs of 22 bits, the lowest first. */
function limbs(view: DataView, at: number): Limbs {
  const w0 = view.getInt32(at, true);
  const w1 = view.getInt32(at + 4, true);
  const w2 = view.getInt32(at + 8, true);
  const w3 = view.getInt32(at + 12, true);
  return [
    w0 & LIMB,
    ((w0 >>> 22) | (w1 << 10)) & LIMB,
    ((w1 >>> 12) | (w2 << 20)) & LIMB,
    (w2 >>> 2) & LIMB,
    ((w2 >>> 24) | (w3 << 8)) & LIMB,
    w3 >>> 14,
  ];
}

/** The bits of `r` that the specification wants to be zero. */
function masked(r: Uint8Array): DataView {
  const bytes = Uint8Array.from(r);
  for (const at of [3, 7, 11, 15]) bytes[at] = (bytes[at] ?? 0) & 15;
  for (const at of [4, 8, 12]) bytes[at] = (bytes[at] ?? 0) & 252;
  return new DataView(bytes.buffer);
}

/**
 * Poly1305 (D. J. Bernstein, The Poly1305-AES message-authentication code, 2005, section 2): the 16 bytes of the tag for
 * a message under `r` (16 bytes, masked here) and the block that is added last (16 bytes: an encrypted nonce).
 *
 * Limbs of 22 bits as floating-point numbers: 2^132 is 20 modulo the prime, so that a sum of six products stays below
 * 2^52 and every step is exact.
 */
export function poly1305(r: Uint8Array, last: Uint8Array, message: Uint8Array): Buffer {
  const [r0, r1, r2, r3, r4, r5] = limbs(masked(r), 0);
  const s1 = 20 * r1;
  const s2 = 20 * r2;
  const s3 = 20 * r3;
  const s4 = 20 * r4;
  const s5 = 20 * r5;
  let h0 = 0;
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  let h5 = 0;
  const { byteLength } = message;
  const wholeBytes = byteLength - (byteLength % 16);
  let view = new DataView(message.buffer, message.byteOffset, byteLength);
  let high = WHOLE_BLOCK;
  for (let position = 0; position < byteLength; position += 16) {
    let at = position;
    if (position === wholeBytes) {
      // What is left, with a one behind it.
      const block = new Uint8Array(16);
      block.set(message.subarray(position));
      block[byteLength - position] = 1;
      view = new DataView(block.buffer);
      at = 0;
      high = 0;
    }
    const w0 = view.getInt32(at, true);
    const w1 = view.getInt32(at + 4, true);
    const w2 = view.getInt32(at + 8, true);
    const w3 = view.getInt32(at + 12, true);
    h0 += w0 & LIMB;
    h1 += ((w0 >>> 22) | (w1 << 10)) & LIMB;
    h2 += ((w1 >>> 12) | (w2 << 20)) & LIMB;
    h3 += (w2 >>> 2) & LIMB;
    h4 += ((w2 >>> 24) | (w3 << 8)) & LIMB;
    h5 += (w3 >>> 14) | high;

    const d0 = h0 * r0 + h1 * s5 + h2 * s4 + h3 * s3 + h4 * s2 + h5 * s1;
    let carry = Math.floor(d0 * INVERSE);
    const d1 = carry + h0 * r1 + h1 * r0 + h2 * s5 + h3 * s4 + h4 * s3 + h5 * s2;
    const e0 = d0 - carry * BASE;
    carry = Math.floor(d1 * INVERSE);
    const d2 = carry + h0 * r2 + h1 * r1 + h2 * r0 + h3 * s5 + h4 * s4 + h5 * s3;
    const e1 = d1 - carry * BASE;
    carry = Math.floor(d2 * INVERSE);
    const d3 = carry + h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s5 + h5 * s4;
    const e2 = d2 - carry * BASE;
    carry = Math.floor(d3 * INVERSE);
    const d4 = carry + h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 + h5 * s5;
    const e3 = d3 - carry * BASE;
    carry = Math.floor(d4 * INVERSE);
    const d5 = carry + h0 * r5 + h1 * r4 + h2 * r3 + h3 * r2 + h4 * r1 + h5 * r0;
    const e4 = d4 - carry * BASE;
    carry = Math.floor(d5 * INVERSE);
    const low = e0 + carry * 20;
    h5 = d5 - carry * BASE;
    carry = Math.floor(low * INVERSE);
    h0 = low - carry * BASE;
    h1 = e1 + carry;
    h2 = e2;
    h3 = e3;
    h4 = e4;
  }
  return tag([h0, h1, h2, h3, h4, h5], last);
}

function tag(h: Limbs, last: Uint8Array): Buffer {
  const sum = h.reduceRight((all, limb) => (all << 22n) + BigInt(limb), 0n) % PRIME;
  const [low, high] = [new DataView(last.buffer, last.byteOffset, 16)].flatMap((view) => [
    view.getBigUint64(0, true),
    view.getBigUint64(8, true),
  ]);
  const all = (sum + ((high ?? 0n) << 64n) + (low ?? 0n)) & MASK_128;
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(all & 0xffffffffffffffffn, 0);
  bytes.writeBigUInt64LE(all >> 64n, 8);
  return bytes;
}
