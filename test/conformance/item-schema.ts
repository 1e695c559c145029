import { z } from 'zod';

const LIMIT = 16_384;

const plain = z
  .string()
  .min(1)
  .max(LIMIT)
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/);
const foundPackage = z.strictObject({
  type: z.enum(['deb', 'apk', 'rpm', 'npm', 'pypi', 'golang']),
  name: plain,
  version: plain,
  architecture: plain.exactOptional(),
  source: z.strictObject({ name: plain, version: plain }).exactOptional(),
  licences: z.array(plain),
  vendor: plain.exactOptional(),
  modularity: plain.exactOptional(),
  evidence: z.enum(['installed', 'declared', 'unreliable']),
  qualifiers: z.record(z.string(), plain).exactOptional(),
});

const release = z.strictObject({
  id: plain,
  versionId: plain.or(z.literal('')),
  name: plain,
  codename: plain.exactOptional(),
  idLike: z.array(plain),
});

/** What a cataloger may yield: no key beside these, no control characters, no text without end. */
export const itemSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('package'), package: foundPackage }),
  z.strictObject({ kind: z.literal('os'), release }),
  z.strictObject({ kind: z.literal('files'), package: plain, paths: z.string() }),
  z.strictObject({ kind: z.literal('licences'), package: plain, licences: z.array(plain) }),
  z.strictObject({ kind: z.literal('repositories'), branches: z.array(plain) }),
  z.strictObject({
    kind: z.literal('users'),
    users: z.array(z.strictObject({ name: plain, uid: z.int().min(0).nullable() })),
  }),
]);

/** A problem that a reader can understand: a code, a sentence of bearable length, the file. */
export const problemSchema = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/),
  message: z.string().min(10).max(2000),
  path: z.string().exactOptional(),
  hint: z.string().min(1).exactOptional(),
});
