import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from '#ledger/note/checkpoint.ts';
import {
  formatSignerKey,
  formatVerifierKey,
  generateSigner,
  parseSignerKey,
  parseVerifierKey,
} from '#ledger/note/keys.ts';
import { parseNote, signNote, verifyNote } from '#ledger/note/signed-note.ts';
import { appendLeaf, type CompactRange, EMPTY_RANGE, rootOf } from '#ledger/tree/compact-range.ts';
import { leafHash } from '#ledger/tree/hash.ts';
import {
  consistencyProof,
  inclusionProof,
  type NodeAt,
  verifyConsistency,
  verifyInclusion,
} from '#ledger/tree/proof.ts';
import { needs } from '../harness/skip.ts';
import { TOOL_PATH } from '../harness/tool.ts';

/** Where Debian's golang-golang-x-mod-dev puts its sources. */
const GO_SOURCES = '/usr/share/gocode';
const PROGRAM = join(import.meta.dirname, 'go/ledger-notes.go');
const SIZES = 70;
/** The one origin that Go's package reads. */
const GO_ORIGIN = 'go.sum database tree';

/** What the Go program tells: see there. Hashes are base64. */
interface Told {
  readonly opened: readonly {
    readonly text: string;
    readonly verified: number;
    readonly unverified: number;
    readonly error: string;
  }[];
  readonly signed: readonly string[];
  readonly signerKey: string;
  readonly verifierKey: string;
  readonly roots: readonly string[];
  readonly recordProofs: readonly (readonly (readonly string[] | null)[])[];
  readonly treeProofs: readonly (readonly (readonly string[] | null)[])[];
  readonly recordErrors: readonly string[];
  readonly treeErrors: readonly string[];
  readonly checkpoint: { readonly N: number; readonly Hash: string };
  readonly formatted: string;
}

interface Check {
  readonly size: number;
  readonly other: number;
  readonly root: Buffer;
  readonly hash: Buffer;
  readonly proof: readonly Buffer[];
}

const leafAt = (index: number) => leafHash(Buffer.from(`leaf ${index}`));
const asJson = ({ proof, root, hash, ...rest }: Check) => {
  const texts = proof.map((one) => one.toString('base64'));
  return { ...rest, proof: texts, root: root.toString('base64'), hash: hash.toString('base64') };
};
const fromJson = (proof: readonly string[] | null | undefined) =>
  (proof ?? []).map((one) => Buffer.from(one, 'base64'));

/** A bit of it is another: of the proof, or of the hash where there is no proof. */
function spoiled(check: Check): Check {
  const [first = check.hash, ...rest] = check.proof;
  const changed = Buffer.from(first);
  changed[7] = (changed[7] ?? 0) ^ 4;
  return check.proof.length === 0 ? { ...check, hash: changed } : { ...check, proof: [changed, ...rest] };
}

function runGo(question: object): Told {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-go-'));
  try {
    const program = join(scratch, 'ledger-notes');
    const env = {
      ...{ PATH: TOOL_PATH, HOME: scratch, GOCACHE: join(scratch, 'cache'), GOPATH: GO_SOURCES, TMPDIR: scratch },
      ...{ GO111MODULE: 'off', GOENV: 'off', GOFLAGS: '', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' },
    };
    execFileSync('go', ['build', '-o', program, PROGRAM], { env });
    const options = { input: JSON.stringify(question), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
    return JSON.parse(execFileSync(program, options));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

needs(
  'go',
  `${GO_SOURCES}/src/golang.org/x/mod/sumdb/note/note.go`,
  `${GO_SOURCES}/src/golang.org/x/mod/sumdb/tlog/tlog.go`,
)('Go’s own notes and transparency log', () => {
  const signer = generateSigner('log.example/one');
  const other = generateSigner('zeuge.example/ä');
  const keyOf = ({ verifierKey }: typeof signer) => formatVerifierKey(verifierKey);
  const ranges: CompactRange[] = [EMPTY_RANGE];
  const nodes = new Map<string, Buffer>();
  const nodeAt: NodeAt = async (level, index) => nodes.get(`${level}/${index}`) ?? Buffer.alloc(0);
  const rootAt = (size: number) => rootOf(ranges[size] ?? EMPTY_RANGE);
  const records: Check[] = [];
  const trees: Check[] = [];
  const text = formatCheckpoint({
    origin: signer.name,
    size: SIZES,
    root: Buffer.alloc(32, 7),
    extensions: ['mehr – more'],
  });
  const note = signNote(text, signer);
  const forged = note.replace('more', 'less');
  let goText = '';
  let told: Told;

  beforeAll(async () => {
    for (let size = 1; size <= SIZES; size += 1) {
      const keep = (level: number, index: number, hash: Buffer) => nodes.set(`${level}/${index}`, hash);
      ranges.push(appendLeaf(ranges.at(-1) ?? EMPTY_RANGE, leafAt(size - 1), keep));
      const root = rootAt(size);
      for (let part = 0; part < size; part += 1) {
        const proof = await inclusionProof(part, size, nodeAt);
        records.push({ size, other: part, root, hash: leafAt(part), proof });
        const older = await consistencyProof(part + 1, size, nodeAt);
        trees.push({ size, other: part + 1, root, hash: rootAt(part + 1), proof: older });
      }
    }
    goText = formatCheckpoint({ origin: GO_ORIGIN, size: SIZES, root: rootAt(SIZES), extensions: [] });
    told = runGo({
      open: [
        { note, keys: [keyOf(signer)] },
        { note, keys: [keyOf(other), keyOf(signer)] },
        { note: note + signNote(text, other).split('\n\n')[1], keys: [keyOf(signer)] },
        { note: note + signNote(text, other).split('\n\n')[1], keys: [keyOf(signer), keyOf(other)] },
        { note, keys: [keyOf(other)] },
        { note: forged, keys: [keyOf(signer)] },
      ],
      sign: [
        { text, signers: [formatSignerKey(signer)] },
        { text, signers: [formatSignerKey(other), formatSignerKey(signer)] },
      ],
      keyName: 'go.example/key',
      leaves: SIZES,
      records: [...records, ...records.map(spoiled)].map(asJson),
      trees: [...trees, ...trees.map(spoiled)].map(asJson),
      checkpoint: goText,
    });
  });

  test('open our notes with our verifier keys, and refuse what they should', () => {
    const good = { text, error: '' };
    expect(told.opened).toMatchObject([
      { ...good, verified: 1, unverified: 0 },
      { ...good, verified: 1, unverified: 0 },
      { ...good, verified: 1, unverified: 1 },
      { ...good, verified: 2, unverified: 0 },
      { error: 'note has no verifiable signatures' },
      { error: `invalid signature for key ${signer.name}+${signer.keyId}` },
    ]);
  });

  test('sign with our private keys what we read, with the same bytes', () => {
    const [single = '', double = ''] = told.signed;
    expect(single).toBe(note);
    expect(openCheckpoint(single, signer.verifierKey)).toMatchObject({ kind: 'good', checkpoint: { size: SIZES } });
    expect(verifyNote(parseNote(double), [signer.verifierKey, other.verifierKey]).verified).toHaveLength(2);
    expect(openCheckpoint(single.replace('more', 'less'), signer.verifierKey).kind).toBe('bad-signature');
  });

  test('make keys that we read and write alike', () => {
    const made = parseSignerKey(told.signerKey);
    expect(made.name).toBe('go.example/key');
    expect(formatSignerKey(made)).toBe(told.signerKey);
    expect(formatVerifierKey(made.verifierKey)).toBe(told.verifierKey);
    expect(formatVerifierKey(parseVerifierKey(told.verifierKey))).toBe(told.verifierKey);
  });

  test('read our checkpoints, and we theirs', () => {
    expect(told.checkpoint).toEqual({ N: SIZES, Hash: rootAt(SIZES).toString('base64') });
    expect(told.formatted).toBe(goText);
    expect(parseCheckpoint(told.formatted).root).toEqual(rootAt(SIZES));
  });

  test('have the same roots and the same proofs for all trees', () => {
    expect(told.roots).toEqual(ranges.slice(1).map((range) => rootOf(range).toString('base64')));
    expect(told.recordProofs.flat().map(fromJson)).toEqual(records.map(({ proof }) => proof));
    expect(told.treeProofs.flat().map(fromJson)).toEqual(trees.map(({ proof }) => proof));
  });

  test('believe all our inclusion proofs and none that is spoiled, as we do', () => {
    const ours = ({ hash, other: index, size, proof, root }: Check) => verifyInclusion(hash, index, size, proof, root);
    expect(records).toHaveLength((SIZES * (SIZES + 1)) / 2);
    expect(told.recordErrors.map((error) => error === '')).toEqual([
      ...records.map(() => true),
      ...records.map(() => false),
    ]);
    expect([...records, ...records.map(spoiled)].map(ours)).toEqual(told.recordErrors.map((error) => error === ''));
  });

  test('believe all our consistency proofs and none that is spoiled, as we do', () => {
    const ours = ({ hash, other: old, size, proof, root }: Check) => verifyConsistency(old, hash, size, root, proof);
    expect(told.treeErrors.map((error) => error === '')).toEqual([...trees.map(() => true), ...trees.map(() => false)]);
    expect([...trees, ...trees.map(spoiled)].map(ours)).toEqual(told.treeErrors.map((error) => error === ''));
  });
});
