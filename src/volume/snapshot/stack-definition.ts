import * as z from 'zod/mini';
import { HoldfastError } from '#core/errors.ts';

const text = z.string().check(z.maxLength(64 * 1024));
const name = z.string().check(z.maxLength(4096));
const anything = z.record(z.string(), z.unknown());

const part = z.object({
  /** A volume's name, or the absolute path of a directory or file of the host. */
  volume: name,
  /** Its own snapshot in the same repository. */
  snapshot: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  driver: z.optional(name),
  labels: z.optional(z.record(name, text)),
});

const network = z.object({
  name,
  /** Of the engine's `POST /networks/create`, without its name. */
  create: anything,
});

const container = z.object({
  name,
  /** As it was written when it was started. */
  image: name,
  /** What the engine calls it. */
  imageId: z.optional(name),
  /** `REPOSITORY@sha256:…`: what registries know it by. Empty: it was built there, and no registry has it. */
  digests: z.array(name).check(z.maxLength(100)),
  running: z.boolean(),
  /** Of the engine's `POST /containers/create`, without its image and networks. */
  create: anything,
  /** By network's name: the container's settings in it. */
  endpoints: z.record(name, anything),
  /** Sources of its binds. */
  binds: z.array(name).check(z.maxLength(1000)),
});

const definition = z.object({
  holdfast: z.literal('stack'),
  version: z.literal(1),
  stack: name,
  kind: z.enum(['compose', 'swarm', 'pod']),
  /** ISO 8601. */
  at: name,
  engine: z.object({ product: name, version: name }),
  parts: z.array(part).check(z.maxLength(10_000)),
  networks: z.array(network).check(z.maxLength(1000)),
  /** In the order to make and start them: what others depend on first. */
  containers: z.array(container).check(z.maxLength(10_000)),
  /** What was mounted and not kept. */
  leftOut: z.array(text).check(z.maxLength(10_000)),
});

/**
 * All that makes a stack, beside its data: it lies in a snapshot of its own, as {@link STACK_FILE}. It holds the values of
 * its containers' environment, which may be secret: it goes nowhere else.
 */
export type StackDefinition = z.infer<typeof definition>;
export type StackContainer = z.infer<typeof container>;
export type StackNetwork = z.infer<typeof network>;

/** The one file of a stack's snapshot. */
export const STACK_FILE = 'stack.json';
/** Most bytes of it. */
export const STACK_LIMIT_BYTES = 32 * 1024 * 1024;

/** Reads one, however it came here. @throws `STACK_DEFINITION_INVALID` */
export function parseStackDefinition(bytes: Buffer): StackDefinition {
  let why = 'it is too large';
  if (bytes.length <= STACK_LIMIT_BYTES) {
    try {
      const parsed = definition.safeParse(JSON.parse(bytes.toString('utf8')));
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      why = `${issue?.path.join('.').slice(0, 200) ?? ''}: ${issue?.message ?? 'not what it should be'}`;
    } catch {
      why = 'it is not JSON';
    }
  }
  throw new HoldfastError('STACK_DEFINITION_INVALID', `The definition in the stack's snapshot cannot be read: ${why}`, {
    hint: 'A newer Holdfast may have written it. Its volumes can be restored one by one: holdfast volume snapshots lists them.',
  });
}
