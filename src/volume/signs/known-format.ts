/** Beginnings of files: offset, and bytes in hexadecimal. Enough to tell a file from noise, not to tell formats apart. */
const BEGINNINGS: readonly (readonly [offset: number, hex: string])[] = [
  // Compressed: gzip, zip (also office documents and jar), xz, zstd, bzip2, lz4, 7z, rar.
  [0, '1f8b08'],
  [0, '504b0304'],
  [0, '504b0506'],
  [0, 'fd377a585a00'],
  [0, '28b52ffd'],
  [0, '425a68'],
  [0, '04224d18'],
  [0, '377abcaf271c'],
  [0, '526172211a07'],
  // Pictures: JPEG, PNG, GIF, WebP and others in RIFF, TIFF, HEIF and MP4, PSD, BMP.
  [0, 'ffd8ff'],
  [0, '89504e470d0a1a0a'],
  [0, '47494638'],
  [0, '52494646'],
  [0, '49492a00'],
  [0, '4d4d002a'],
  [4, '66747970'],
  [0, '38425053'],
  // Sound and film: ID3, Ogg, FLAC, Matroska, MPEG.
  [0, '494433'],
  [0, '4f676753'],
  [0, '664c6143'],
  [0, '1a45dfa3'],
  [0, '000001ba'],
  // Documents and programs: PDF, old office documents, PostScript, RTF, ELF, Windows, Java, WebAssembly, fonts.
  [0, '255044462d'],
  [0, 'd0cf11e0a1b11ae1'],
  [0, '25215053'],
  [0, '7b5c727466'],
  [0, '7f454c46'],
  [0, '4d5a9000'],
  [0, 'cafebabe'],
  [0, '0061736d'],
  [0, '774f4632'],
  [0, '774f4646'],
  // Databases and dumps: SQLite, pg_dump's own format, Redis, git packs.
  [0, '53514c69746520666f726d6174203300'],
  [0, '5047444d50'],
  [0, '5245444953'],
  [0, '5041434b'],
  // Encrypted on purpose, by programs that say so: age, OpenPGP in text, LUKS.
  [0, '6167652d656e6372797074696f6e2e6f7267'],
  [0, '2d2d2d2d2d424547494e20504750'],
  [0, '4c554b53babe'],
];

const KNOWN = BEGINNINGS.map(([offset, hex]) => ({ offset, bytes: Buffer.from(hex, 'hex') }));

/** Whether a file that begins so is in a format that is known. An attacker can imitate that: it only takes a doubt away. */
export function hasKnownFormat(beginning: Uint8Array): boolean {
  const start = Buffer.from(beginning.buffer, beginning.byteOffset, Math.min(beginning.length, 64));
  return KNOWN.some(({ offset, bytes }) => start.subarray(offset, offset + bytes.length).equals(bytes));
}
