import { HoldfastError } from '#core/errors.ts';
import { readBase64, readCount, readText } from '#ledger/note/text.ts';
import { HASH_BYTES } from '#ledger/tree/hash.ts';

/** That a log grew from one checkpoint to another. */
export interface GrowthProof {
  /** Of the older checkpoint. */
  readonly oldSize: number;
  /** Consistency proof; at most 63 hashes. */
  readonly hashes: readonly Buffer[];
  /** The newer one, as the log signed it. */
  readonly checkpoint: string;
}

const LIMIT_BYTES = 1_000_000;
const MOST_HASHES = 63;

/** The body of an add-checkpoint request (C2SP tlog-witness): `old N`, the hashes in base64, an empty line, the checkpoint. */
export function formatGrowthProof({ oldSize, hashes, checkpoint }: GrowthProof): string {
  return [`old ${oldSize}`, ...hashes.map((hash) => hash.toString('base64')), '', checkpoint].join('\n');
}

/** @throws `GROWTH_PROOF_MALFORMED` */
export function parseGrowthProof(input: string | Uint8Array): GrowthProof {
  const text = readText(input, LIMIT_BYTES);
  if (text === undefined) throw malformed('it is longer than 1 MB or no UTF-8');
  const split = text.indexOf('\n\n');
  const checkpoint = text.slice(split + 2);
  if (split < 0 || checkpoint === '') throw malformed('no checkpoint follows an empty line');
  const [first = '', ...lines] = text.slice(0, split).split('\n', MOST_HASHES + 2);
  const oldSize = first.startsWith('old ') ? readCount(first.slice('old '.length)) : undefined;
  if (oldSize === undefined) throw malformed('its first line is not «old» and a number below 2^53');
  if (lines.length > MOST_HASHES) throw malformed(`it has more than ${MOST_HASHES} hashes`);
  return { oldSize, hashes: lines.map(readHash), checkpoint };
}

function readHash(line: string): Buffer {
  const hash = readBase64(line);
  if (hash?.length !== HASH_BYTES) throw malformed('a line of it is no hash of 32 bytes');
  return hash;
}

function malformed(why: string): HoldfastError {
  return new HoldfastError('GROWTH_PROOF_MALFORMED', `This is no proof that a log grew: ${why}`);
}
