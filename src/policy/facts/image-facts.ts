import * as z from 'zod/mini';
import { described } from '#policy/described.ts';

const text = z.string();
const words = z.nullable(z.array(text));

/** What an image's manifest and configuration say. */
export const imageFacts = z.object({
  reference: described(text, 'As it was asked for: a reference, a file, a directory.'),
  registry: described(
    z.nullable(text),
    'Host of the registry, `docker.io` where a reference names none; null for files.',
  ),
  repository: described(z.nullable(text), 'Without registry, tag and digest.'),
  tag: described(z.nullable(text), 'Null when the reference has none.'),
  pinned: described(z.boolean(), 'The reference names a digest.'),
  digest: described(z.nullable(text), 'Of the manifest.'),
  imageId: described(z.nullable(text), 'Of the configuration.'),
  platform: described(z.nullable(text), '`os/architecture[/variant]`.'),
  created: described(
    z.nullable(text),
    'ISO 8601; null when the image does not say, or says a made-up time such as 1970.',
  ),
  layers: described(z.nullable(z.int()), 'How many; null where there are none.'),
  sizeBytes: described(z.nullable(z.int()), 'Of all layers together; null where one of them is not known.'),
  sizeOf: described(
    z.nullable(z.enum(['compressed', 'uncompressed', 'unpacked'])),
    'What was added up: layers as they are stored and sent, as tars that are not compressed, or the files that an engine unpacked.',
  ),
  user: described(z.nullable(text), 'As configured; empty means root, null that it is not known.'),
  root: described(
    z.nullable(z.boolean()),
    'It runs as root unless it is told otherwise, a name looked up in its /etc/passwd; null when that cannot be told.',
  ),
  entrypoint: described(words, 'The words that a container begins with; null when they are not known.'),
  command: described(words, 'What follows them unless another command is given.'),
  ports: described(words, 'As they are exposed: `80/tcp`.'),
  volumes: described(words, 'Directories that get a volume of their own.'),
  labels: described(z.record(text, text), 'As configured.'),
  base: described(
    z.nullable(z.object({ name: z.nullable(text), digest: z.nullable(text), method: text })),
    'The image that it was built on, and how that was told; null when it cannot be told.',
  ),
  os: described(z.nullable(z.object({ id: text, versionId: text, name: text })), 'From its release file.'),
  verified: described(text, 'How far its bytes were compared with its digests.'),
});

export type ImageFacts = z.infer<typeof imageFacts>;
