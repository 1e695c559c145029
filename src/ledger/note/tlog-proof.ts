import { HoldfastError } from '#core/errors.ts';
import { readBase64, readCount, readText } from '#ledger/note/text.ts';
import { HASH_BYTES } from '#ledger/tree/hash.ts';

/** All that is needed to check offline that a record stands in a log (C2SP tlog-proof). Nothing of it is checked yet. */
export interface TlogProof {
  /** Of the leaf, from 0. */
  readonly index: number;
  /** Inclusion proof, the leaf's sibling first; at most 53 hashes. */
  readonly hashes: readonly Buffer[];
  /** The signed note, as the log gave it. */
  readonly checkpoint: string;
  /** Whatever else: nothing proves it. At least one byte. */
  readonly extra?: Buffer;
}

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
const LIMIT_BYTES = 2_000_000;
/** A tree of 2^53 - 1 leaves is not higher. */
const MOST_HASHES = 53;

/** The proof as the text of a `.tlog-proof` file. @throws `TLOG_PROOF_MALFORMED` for what {@link parseTlogProof} would refuse */
export function formatTlogProof({ index, hashes, checkpoint, extra }: TlogProof): string {
  const lines = [
    FIRST_LINE,
    ...(extra === undefined ? [] : [`extra ${extra.toString('base64')}`]),
    `index ${index}`,
    ...hashes.map((hash) => hash.toString('base64')),
  ];
  const text = `${lines.join('\n')}\n\n${checkpoint}`;
  if (parseTlogProof(text).hashes.length !== hashes.length) throw malformed('a hash of it is empty');
  return text;
}

/**
 * Reads a proof. Its checkpoint is for `openCheckpoint` to read, and whether the hashes prove anything for `verifyInclusion`.
 * @throws `TLOG_PROOF_MALFORMED`, also above 2 MB or 53 hashes
 */
export function parseTlogProof(input: string | Uint8Array): TlogProof {
  const text = readText(input, LIMIT_BYTES);
  if (text === undefined) throw malformed('it is longer than 2 MB or no UTF-8');
  const split = text.indexOf('\n\n');
  const checkpoint = text.slice(split + 2);
  if (split < 0 || checkpoint === '') throw malformed('no checkpoint follows a blank line');
  const [first, ...rest] = text.slice(0, split).split('\n', MOST_HASHES + 4);
  if (first !== FIRST_LINE) throw malformed(`its first line is not ${FIRST_LINE}`);
  const extraLine = rest[0]?.startsWith('extra ') ? rest.shift() : undefined;
  const extra = extraLine === undefined ? undefined : readBase64(extraLine.slice('extra '.length));
  if (extraLine !== undefined && (extra === undefined || extra.length === 0)) throw malformed('its extra is no base64');
  const [indexLine = '', ...hashLines] = rest;
  const index = indexLine.startsWith('index ') ? readCount(indexLine.slice('index '.length)) : undefined;
  if (index === undefined) throw malformed('its index is no number below 2^53');
  if (hashLines.length > MOST_HASHES) throw malformed(`it has more than ${MOST_HASHES} hashes`);
  return { index, hashes: hashLines.map(readHash), checkpoint, ...(extra === undefined ? {} : { extra }) };
}

function readHash(line: string): Buffer {
  const hash = readBase64(line);
  if (hash?.length !== HASH_BYTES) throw malformed('a line of it is no hash of 32 bytes');
  return hash;
}

function malformed(why: string): HoldfastError {
  return new HoldfastError('TLOG_PROOF_MALFORMED', `This is no proof of a log: ${why}`);
}
