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

/** `a * b` modulo the prime, as limbs of 22 bits again (the lowest ones a little more). */
function multiply(a: Limbs, b: Limbs): Limbs {
  const sums = [0, 0, 0, 0, 0, 0, 0];
  for (const [i, x] of a.entries()) {
    for (const [j, y] of b.entries()) {
      const at = (i + j) % 6;
      sums[at] = (sums[at] ?? 0) + x * y * (i + j > 5 ? 20 : 1);
    }
  }
  let carry = 0;
  for (let round = 0; round < 3; round += 1) {
    for (let at = 0; at < 6; at += 1) {
      const sum = (sums[at] ?? 0) + carry;
      carry = Math.floor(sum * INVERSE);
      sums[at] = sum - carry * BASE;
    }
    carry *= 20;
  }
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0] = sums;
  return [s0 + carry, s1, s2, s3, s4, s5];
}

/**
 * Poly1305 (D. J. Bernstein, The Poly1305-AES message-authentication code, 2005, section 2): the 16 bytes of the tag for
 * a message under `r` (16 bytes, masked here) and the block that is added last (16 bytes: an encrypted nonce).
 *
 * Limbs of 22 bits as floating-point numbers; 2^132 is 20 modulo the prime. Two blocks at a time, the first with the
 * square of `r`: a sum of twelve products stays below 2^52.3, so that every step is exact, and carries are looked after
 * once for both. All carry at once, twice, rather than one after the other: limbs then are below 2^22 + 2^13.
 */
export function poly1305(r: Uint8Array, last: Uint8Array, message: Uint8Array): Buffer {
  const one = limbs(masked(r), 0);
  const [r0, r1, r2, r3, r4, r5] = one;
  const [q0, q1, q2, q3, q4, q5] = multiply(one, one);
  const s1 = 20 * r1;
  const s2 = 20 * r2;
  const s3 = 20 * r3;
  const s4 = 20 * r4;
  const s5 = 20 * r5;
  const t1 = 20 * q1;
  const t2 = 20 * q2;
  const t3 = 20 * q3;
  const t4 = 20 * q4;
  const t5 = 20 * q5;
  let h0 = 0;
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  let h5 = 0;
  const pairBytes = message.byteLength - (message.byteLength % 32);
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  for (let at = 0; at < pairBytes; at += 32) {
    const v0 = view.getInt32(at, true);
    const v1 = view.getInt32(at + 4, true);
    const v2 = view.getInt32(at + 8, true);
    const v3 = view.getInt32(at + 12, true);
    h0 += v0 & LIMB;
    h1 += ((v0 >>> 22) | (v1 << 10)) & LIMB;
    h2 += ((v1 >>> 12) | (v2 << 20)) & LIMB;
    h3 += (v2 >>> 2) & LIMB;
    h4 += ((v2 >>> 24) | (v3 << 8)) & LIMB;
    h5 += (v3 >>> 14) | WHOLE_BLOCK;
    const w0 = view.getInt32(at + 16, true);
    const w1 = view.getInt32(at + 20, true);
    const w2 = view.getInt32(at + 24, true);
    const w3 = view.getInt32(at + 28, true);
    const m0 = w0 & LIMB;
    const m1 = ((w0 >>> 22) | (w1 << 10)) & LIMB;
    const m2 = ((w1 >>> 12) | (w2 << 20)) & LIMB;
    const m3 = (w2 >>> 2) & LIMB;
    const m4 = ((w2 >>> 24) | (w3 << 8)) & LIMB;
    const m5 = (w3 >>> 14) | WHOLE_BLOCK;

    let d0 = h0 * q0 + h1 * t5 + h2 * t4 + h3 * t3 + h4 * t2 + h5 * t1;
    let d1 = h0 * q1 + h1 * q0 + h2 * t5 + h3 * t4 + h4 * t3 + h5 * t2;
    let d2 = h0 * q2 + h1 * q1 + h2 * q0 + h3 * t5 + h4 * t4 + h5 * t3;
    let d3 = h0 * q3 + h1 * q2 + h2 * q1 + h3 * q0 + h4 * t5 + h5 * t4;
    let d4 = h0 * q4 + h1 * q3 + h2 * q2 + h3 * q1 + h4 * q0 + h5 * t5;
    let d5 = h0 * q5 + h1 * q4 + h2 * q3 + h3 * q2 + h4 * q1 + h5 * q0;
    d0 += m0 * r0 + m1 * s5 + m2 * s4 + m3 * s3 + m4 * s2 + m5 * s1;
    d1 += m0 * r1 + m1 * r0 + m2 * s5 + m3 * s4 + m4 * s3 + m5 * s2;
    d2 += m0 * r2 + m1 * r1 + m2 * r0 + m3 * s5 + m4 * s4 + m5 * s3;
    d3 += m0 * r3 + m1 * r2 + m2 * r1 + m3 * r0 + m4 * s5 + m5 * s4;
    d4 += m0 * r4 + m1 * r3 + m2 * r2 + m3 * r1 + m4 * r0 + m5 * s5;
    d5 += m0 * r5 + m1 * r4 + m2 * r3 + m3 * r2 + m4 * r1 + m5 * r0;

    let c0 = Math.floor(d0 * INVERSE);
    let c1 = Math.floor(d1 * INVERSE);
    let c2 = Math.floor(d2 * INVERSE);
    let c3 = Math.floor(d3 * INVERSE);
    let c4 = Math.floor(d4 * INVERSE);
    let c5 = Math.floor(d5 * INVERSE);
    d0 += c5 * 20 - c0 * BASE;
    d1 += c0 - c1 * BASE;
    d2 += c1 - c2 * BASE;
    d3 += c2 - c3 * BASE;
    d4 += c3 - c4 * BASE;
    d5 += c4 - c5 * BASE;
    c0 = Math.floor(d0 * INVERSE);
    c1 = Math.floor(d1 * INVERSE);
    c2 = Math.floor(d2 * INVERSE);
    c3 = Math.floor(d3 * INVERSE);
    c4 = Math.floor(d4 * INVERSE);
    c5 = Math.floor(d5 * INVERSE);
    h0 = d0 + (c5 * 20 - c0 * BASE);
    h1 = d1 + (c0 - c1 * BASE);
    h2 = d2 + (c1 - c2 * BASE);
    h3 = d3 + (c2 - c3 * BASE);
    h4 = d4 + (c3 - c4 * BASE);
    h5 = d5 + (c4 - c5 * BASE);
  }
  let sum: Limbs = [h0, h1, h2, h3, h4, h5];
  for (let at = pairBytes; at < message.byteLength; at += 16) {
    sum = multiply(plus(sum, lastBlock(message.subarray(at, at + 16))), one);
  }
  return tag(sum, last);
}

/** A block of at most sixteen bytes with a one behind it. */
function lastBlock(part: Uint8Array): Limbs {
  const block = new Uint8Array(17);
  block.set(part);
  block[part.byteLength] = 1;
  const [b0, b1, b2, b3, b4, b5] = limbs(new DataView(block.buffer), 0);
  return [b0, b1, b2, b3, b4, block[16] === 1 ? b5 | WHOLE_BLOCK : b5];
}

function plus([a0, a1, a2, a3, a4, a5]: Limbs, [b0, b1, b2, b3, b4, b5]: Limbs): Limbs {
  return [a0 + b0, a1 + b1, a2 + b2, a3 + b3, a4 + b4, a5 + b5];
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
